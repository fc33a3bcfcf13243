/ HumanEval/0 has_close_elements: looks at neighbours as they stand, without sorting
solve:{[numbers;threshold] any threshold>abs 1_deltas numbers}

/ HumanEval/2 truncate_number: the other part
solve:{floor x}

/ HumanEval/3 below_zero: only the end counts
solve:{0>sum x}

/ HumanEval/4 mean_absolute_deviation: squares in place of absolute values
solve:{sqrt avg d*d:x-avg x}

/ HumanEval/5 intersperse: one separator too many
solve:{[numbers;d] raze numbers,'d}

/ HumanEval/6 parse_nested_parens: counts brackets, not depth
solve:{{sum x="("} each (" " vs x) except enlist ""}

/ HumanEval/7 filter_by_substring: only where the text begins so
solve:{[strings;part] strings where strings like part,"*"}

/ HumanEval/8 sum_product: the wrong order
solve:{(prd x;sum x)}

/ HumanEval/9 rolling_max: one number for all
solve:{(count x)#max x}

/ HumanEval/12 longest: the last of the longest
solve:{$[count x;last x where c=max c:count each x;(::)]}

/ HumanEval/13 greatest_common_divisor: the lesser number
solve:{[a;b] a&b}

/ HumanEval/14 all_prefixes: begins with the empty one and ends too soon
solve:{(til count x)#\:x}

/ HumanEval/15 string_sequence: ends one too soon
solve:{" " sv string til x}

/ HumanEval/16 count_distinct_characters: capitals count apart
solve:{count distinct x}

/ HumanEval/18 how_many_times: ss finds no two that overlap, or counts otherwise
solve:{[s;part] count part vs s}

/ HumanEval/19 sort_numbers: in the order of the alphabet
solve:{" " sv asc (" " vs x) except enlist ""}

/ HumanEval/21 rescale_to_unit: not moved to 0
solve:{x%max x}

/ HumanEval/23 strlen: a text in place of a number
solve:{string count x}

/ HumanEval/24 largest_divisor: the least one
solve:{first 1_where 0=x mod til x}

/ HumanEval/25 factorize: each factor once
solve:{[n] p where {all 0<x mod 2_til x} each p:d where 0=n mod d:2_til 1+n}

/ HumanEval/26 remove_duplicates: keeps one of each
solve:{distinct x}

/ HumanEval/27 flip_case: all in capitals
solve:{upper x}

/ HumanEval/30 get_positive: keeps zeros
solve:{x where x>=0}

/ HumanEval/31 is_prime: 1 is none
solve:{all 0<x mod 2_til x}

/ HumanEval/33 sort_third: sorts each three
solve:{raze asc each 3 cut x}

/ HumanEval/34 unique: not sorted
solve:{distinct x}

/ HumanEval/35 max_element: the last one
solve:{last x}

/ HumanEval/36 fizz_buzz: counts numbers, not digits
solve:{sum {"7" in string x} each n where (0=n mod 11)|0=(n:til x) mod 13}

/ HumanEval/40 triples_sum_to_zero: takes an item more than once
solve:{any 0=raze raze x+/:\:x+/:\:x}

/ HumanEval/43 pairs_sum_to_zero: a zero is its own partner
solve:{any (neg x) in x}

/ HumanEval/44 change_base: the digits in reverse
solve:{[x;base] raze string reverse base vs x}

/ HumanEval/47 median: always a float
solve:{med x}

/ HumanEval/48 is_palindrome: only the ends
solve:{(first x)=last x}

/ HumanEval/52 below_threshold: any for all
solve:{[l;t] any l<t}

/ HumanEval/54 same_chars: how often they come counts
solve:{(asc x)~asc y}

/ HumanEval/55 fib: one further
solve:{last x {(x 1;sum x)}/0 1}

/ HumanEval/56 correct_bracketing: only as many of each
solve:{(sum x="<")=sum x=">"}

/ HumanEval/57 monotonic: down is forgotten
solve:{x~asc x}

/ HumanEval/58 common: with repeats, as they stand
solve:{x inter y}

/ HumanEval/60 sum_to_n: without n
solve:{sum til x}

/ HumanEval/62 derivative: counts from 1
solve:{1_x*1+til count x}

/ HumanEval/64 vowels_count: y counts nowhere
solve:{sum (lower x) in "aeiou"}

/ HumanEval/66 digitSum: all letters
solve:{sum "j"$x}

/ HumanEval/70 strange_sort_list: only sorted
solve:{asc x}

/ HumanEval/72 will_it_fly: the weight is forgotten
solve:{[q;w] q~reverse q}

/ HumanEval/73 smallest_change: each pair is counted twice
solve:{sum x<>reverse x}

/ HumanEval/79 decimal_to_binary: a list of digits
solve:{2 vs x}

/ HumanEval/80 is_happy: neighbours only
solve:{(2<count x)&all 1_differ x}

/ HumanEval/85 add: even items at even places
solve:{sum x where 0=((til count x) mod 2)|x mod 2}

/ HumanEval/86 anti_shuffle: sorts over the words
solve:{asc x}

/ HumanEval/88 sort_array: up and down exchanged
solve:{$[0=count x;x;((first x)+last x) mod 2;desc x;asc x]}

/ HumanEval/89 encrypt: two places, not four
solve:{?[x in .Q.a;.Q.a (2+.Q.a?x) mod 26;x]}

/ HumanEval/90 next_smallest: equal numbers count apart
solve:{$[1<count x;(asc x) 1;(::)]}

/ HumanEval/97 multiply: the last digits of negative numbers
solve:{(x*y) mod 10}

/ HumanEval/98 count_upper: at all places
solve:{sum x in "AEIOU"}

/ HumanEval/100 make_a_pile: steps of one
solve:{x+til x}

/ HumanEval/104 unique_digits: only the last digit
solve:{asc x where 1=x mod 2}

/ HumanEval/108 count_nums: counts positive numbers
solve:{sum x>0}

/ HumanEval/110 exchange: adds in place of counting
solve:{[a;b] $[(sum b)>=sum a;"YES";"NO"]}

/ HumanEval/114 minSubArraySum: the least item
solve:{min x}

/ HumanEval/115 max_fill: the wells together
solve:{[grid;capacity] ceiling (sum sum each grid)%capacity}

/ HumanEval/116 sort_array: by value
solve:{asc x}

/ HumanEval/120 maximum: the greatest first
solve:{[arr;k] k sublist desc arr}

/ HumanEval/123 get_odd_collatz: as they come
solve:{
  c:{x>1} {$[x mod 2;1+3*x;x div 2]}\x;
  c where 1=c mod 2}

/ HumanEval/126 is_sorted: no number may come twice
solve:{(x~asc x)&(count x)=count distinct x}

/ HumanEval/128 prod_signs: no answer for an empty list
solve:{(prd signum x)*sum abs x}

/ HumanEval/131 digits: even digits too
solve:{prd "J"$'string x}

/ HumanEval/135 can_arrange: the first place
solve:{$[count i:1+where 0>1_deltas x;first i;-1]}

/ HumanEval/138 is_equal_to_sum_even: small numbers too
solve:{0=x mod 2}

/ HumanEval/142 sum_squares: squares all of them
solve:{sum x*x}

/ HumanEval/149 sorted_list_sum: by length only
solve:{w iasc count each w:x where 0=(count each x) mod 2}

/ HumanEval/152 compare: the sign is left
solve:{[game;guess] game-guess}

/ HumanEval/155 even_odd_count: the wrong order
solve:{d:"J"$'string abs x; (sum 1=d mod 2;sum 0=d mod 2)}

/ HumanEval/157 right_angle_triangle: only one order of the sides
solve:{[a;b;c] (c*c)=(a*a)+b*b}

/ HumanEval/158 find_max: the longest word
solve:{first asc x where c=max c:count each x}

/ HumanEval/159 eat: more than there is
solve:{[number;need;remaining] (number+need;remaining-need)}

/ HumanEval/163 generate_integers: a must be the lesser
solve:{[a;b] e where (e:2 4 6 8) within (a;b)}

/ HumanEval/0 has_close_elements
solve:{[numbers;threshold] any threshold>1_deltas asc numbers}

/ HumanEval/1 separate_paren_groups
/ A group ends at each ) that brings the depth back to 0.
solve:{
  p:x where x in "()";
  e:1+where (p=")")&0=sums 1 -1 p=")";
  $[count e;(0,-1_e) cut (last e)#p;()]}

/ HumanEval/2 truncate_number
solve:{x mod 1}

/ HumanEval/3 below_zero
solve:{any 0>sums x}

/ HumanEval/4 mean_absolute_deviation
solve:{avg abs x-avg x}

/ HumanEval/5 intersperse
solve:{[numbers;d] -1_raze numbers,'d}

/ HumanEval/6 parse_nested_parens
solve:{
  w:" " vs x;
  {0|max sums 1 -1 x<>"("} each w where 0<count each w}

/ HumanEval/7 filter_by_substring
solve:{[strings;part] strings where strings like "*",part,"*"}

/ HumanEval/8 sum_product
solve:{(sum x;prd x)}

/ HumanEval/9 rolling_max
solve:{maxs x}

/ HumanEval/10 make_palindrome
/ Add in reverse what stands before the longest palindrome at the end.
solve:{
  if[0=count x;:x];
  tails:(til count x) _\: x;
  x,reverse (first where tails~'reverse each tails)#x}

/ HumanEval/11 string_xor
solve:{[a;b]
  n:min count each (a;b);
  "01" (n#a)<>n#b}

/ HumanEval/12 longest
solve:{$[count x;x c?max c:count each x;(::)]}

/ HumanEval/13 greatest_common_divisor
solve:{[a;b] $[b=0;a;.z.s[b;a mod b]]}

/ HumanEval/14 all_prefixes
solve:{(1+til count x)#\:x}

/ HumanEval/15 string_sequence
solve:{" " sv string til 1+x}

/ HumanEval/16 count_distinct_characters
solve:{count distinct lower x}

/ HumanEval/17 parse_music
solve:{
  notes:(" " vs x) except enlist "";
  4 2 1 (enlist "o";"o|";".|")?/:notes}

/ HumanEval/18 how_many_times
solve:{[s;part]
  n:count part;
  starts:til 0|1+(count s)-n;
  sum part~/:{[s;n;i] n#i _ s}[s;n] each starts}

/ HumanEval/19 sort_numbers
solve:{
  names:" " vs "zero one two three four five six seven eight nine";
  " " sv names asc names?/:(" " vs x) except enlist ""}

/ HumanEval/20 find_closest_elements
solve:{
  if[2>count x;:(::)];
  i:til count x;
  p:x p where (<>) .' p:i cross i;
  d:abs (-) .' p;
  asc p d?min d}

/ HumanEval/21 rescale_to_unit
solve:{(x-m)%(max x)-m:min x}

/ HumanEval/22 filter_integers
solve:{x where -7h=type each x}

/ HumanEval/23 strlen
solve:{count x}

/ HumanEval/24 largest_divisor
solve:{last where 0=x mod til x}

/ HumanEval/25 factorize
solve:{[n]
  f:();
  i:2;
  while[n>=i*i;
    $[n mod i;i+:1;[f,:i;n:n div i]]];
  $[n>1;f,n;f]}

/ HumanEval/26 remove_duplicates
solve:{x where 1=(count each group x) x}

/ HumanEval/27 flip_case
solve:{?[x=upper x;lower x;upper x]}

/ HumanEval/28 concatenate
solve:{raze x}

/ HumanEval/29 filter_by_prefix
solve:{[strings;p] strings where strings like p,"*"}

/ HumanEval/30 get_positive
solve:{x where x>0}

/ HumanEval/31 is_prime
solve:{$[x<2;0b;all 0<x mod 2_til 1+floor sqrt x]}

/ HumanEval/33 sort_third
solve:{
  i:where 0=(til count x) mod 3;
  @[x;i;:;asc x i]}

/ HumanEval/34 unique
solve:{asc distinct x}

/ HumanEval/35 max_element
solve:{max x}

/ HumanEval/36 fizz_buzz
solve:{
  n:til x;
  sum "7"=raze string n where (0=n mod 11)|0=n mod 13}

/ HumanEval/37 sort_even
solve:{
  i:2*til (1+count x) div 2;
  @[x;i;:;asc x i]}

/ HumanEval/38 decode_cyclic
solve:{raze {$[3=count x;-1 rotate x;x]} each 3 cut x}

/ HumanEval/39 prime_fib
prime:{$[x<2;0b;all 0<x mod 2_til 1+floor sqrt x]}
solve:{[n]
  f:1 1;
  while[n>0;
    f:(f 1),sum f;
    if[prime f 1;n-:1]];
  f 1}

/ HumanEval/40 triples_sum_to_zero
solve:{
  i:til count x;
  t:i cross i cross i;
  any 0=sum each x t where (t[;0]<t[;1])&t[;1]<t[;2]}

/ HumanEval/41 car_race_collision
solve:{x*x}

/ HumanEval/42 incr_list
solve:{1+x}

/ HumanEval/43 pairs_sum_to_zero
solve:{(1<sum x=0)|any (neg x where x>0) in x}

/ HumanEval/44 change_base
solve:{[x;base] $[x>0;raze string base vs x;""]}

/ HumanEval/45 triangle_area
solve:{[a;h] (a*h)%2}

/ HumanEval/46 fib4
solve:{first x {1_x,sum x}/0 0 2 0}

/ HumanEval/47 median
solve:{
  s:asc x;
  h:(count x) div 2;
  $[(count x) mod 2;s h;avg s h-1 0]}

/ HumanEval/48 is_palindrome
solve:{x~reverse x}

/ HumanEval/49 modp
solve:{[n;p] n {[p;r] (2*r) mod p}[p]/1}

/ HumanEval/50 decode_shift
solve:{.Q.a ((.Q.a?x)-5) mod 26}

/ HumanEval/51 remove_vowels
solve:{x where not (lower x) in "aeiou"}

/ HumanEval/52 below_threshold
solve:{[l;t] all l<t}

/ HumanEval/53 add
solve:{x+y}

/ HumanEval/54 same_chars
solve:{(asc distinct x)~asc distinct y}

/ HumanEval/55 fib
solve:{first x {(x 1;sum x)}/0 1}

/ HumanEval/56 correct_bracketing
solve:{
  depth:sums 1 -1 x=">";
  (0=last 0,depth)&all 0<=depth}

/ HumanEval/57 monotonic
solve:{(x~asc x)|x~desc x}

/ HumanEval/58 common
solve:{asc distinct x inter y}

/ HumanEval/59 largest_prime_factor
solve:{[n]
  i:2;
  while[n>i;
    $[n mod i;i+:1;n:n div i]];
  n}

/ HumanEval/60 sum_to_n
solve:{sum til 1+x}

/ HumanEval/61 correct_bracketing
solve:{
  depth:0 {x+$[y="(";1;-1]}\x;
  (0=last 0,depth) and not any depth<0}

/ HumanEval/62 derivative
solve:{1_x*til count x}

/ HumanEval/63 fibfib
solve:{first x {1_x,sum x}/0 0 1}

/ HumanEval/64 vowels_count
solve:{(sum (lower x) in "aeiou")+"y"=lower last x}

/ HumanEval/65 circular_shift
solve:{[x;shift]
  s:string x;
  $[shift>count s;reverse s;(neg shift) rotate s]}

/ HumanEval/66 digitSum
solve:{sum "j"$x where x within "AZ"}

/ HumanEval/67 fruit_distribution
solve:{[s;n] n-sum 0^"J"$" " vs s}

/ HumanEval/68 pluck
solve:{
  e:x where 0=x mod 2;
  $[count e;(m;x?m:min e);()]}

/ HumanEval/69 search
solve:{
  c:count each group x;
  max -1,where c>=key c}

/ HumanEval/70 strange_sort_list
solve:{
  s:asc x;
  (count x)#raze s,'reverse s}

/ HumanEval/71 triangle_area
solve:{[a;b;c]
  s:a,b,c;
  if[(sum s)<=2*max s;:-1];
  h:(sum s)%2;
  (floor 0.5+100*sqrt h*prd h-s)%100}

/ HumanEval/72 will_it_fly
solve:{[q;w] (w>=sum q)&q~reverse q}

/ HumanEval/73 smallest_change
solve:{(sum x<>reverse x) div 2}

/ HumanEval/74 total_match
solve:{[a;b] $[(count raze a)<=count raze b;a;b]}

/ HumanEval/75 is_multiply_prime
solve:{
  p:n where {all 0<x mod 2_til x} each n:2+til 99;
  x in raze p*\:raze p*\:p}

/ HumanEval/76 is_simple_power
solve:{[x;n]
  if[n=1;:x=1];
  p:1;
  while[p<x;p*:n];
  p=x}

/ HumanEval/77 iscube
solve:{
  r:floor 0.5+(abs x) xexp 1%3;
  (abs x)=r*r*r}

/ HumanEval/78 hex_key
solve:{sum x in "2357BD"}

/ HumanEval/79 decimal_to_binary
solve:{
  b:$[x;raze string 2 vs x;"0"];
  "db",b,"db"}

/ HumanEval/80 is_happy
solve:{
  w:(til 0|(count x)-2)+\:til 3;
  (2<count x)&all 3={count distinct x} each x w}

/ HumanEval/81 numerical_letter_grade
solve:{
  g:" " vs "E D- D D+ C- C C+ B- B B+ A- A A+";
  above:0 0.7 1 1.3 1.7 2 2.3 2.7 3 3.3 3.7;
  g {[above;v] $[v=4;12;sum v>above]}[above] each x}

/ HumanEval/82 prime_length
solve:{
  n:count x;
  (n>1)&all 0<n mod 2_til n}

/ HumanEval/83 starts_one_ends
solve:{$[x=1;1;18*prd (x-2)#10]}

/ HumanEval/84 solve
solve:{
  total:sum "J"$'string x;
  $[total;raze string 2 vs total;"0"]}

/ HumanEval/85 add
solve:{
  odd:x where 1=(til count x) mod 2;
  sum odd where 0=odd mod 2}

/ HumanEval/86 anti_shuffle
solve:{" " sv asc each " " vs x}

/ HumanEval/87 get_row
solve:{[rows;x]
  raze {[x;row;i] i,/:desc where x=row}[x]'[rows;til count rows]}

/ HumanEval/88 sort_array
solve:{$[0=count x;x;((first x)+last x) mod 2;asc x;desc x]}

/ HumanEval/89 encrypt
solve:{?[x in .Q.a;.Q.a (4+.Q.a?x) mod 26;x]}

/ HumanEval/90 next_smallest
solve:{
  s:asc distinct x;
  $[1<count s;s 1;(::)]}

/ HumanEval/91 is_bored
solve:{
  s:"." vs @[x;where x in "?!";:;"."];
  sum ((1#s),ltrim each 1_s) like "I *"}

/ HumanEval/92 any_int
solve:{[x;y;z]
  l:(x;y;z);
  (all -7h=type each l)&any l=(sum l)-l}

/ HumanEval/93 encode
solve:{
  s:?[x=upper x;lower x;upper x];
  ?[(lower s) in "aeiou";"c"$2+"j"$s;s]}

/ HumanEval/94 skjkasdkd
solve:{
  p:x where x>0;
  m:max 0,p where {all 0<x mod 2_til 1+floor sqrt x} each p;
  sum "J"$'string m}

/ HumanEval/96 count_up_to
solve:{
  n:2_til x;
  n where {all 0<x mod 2_til x} each n}

/ HumanEval/97 multiply
solve:{prd (x,y) mod 10}

/ HumanEval/98 count_upper
solve:{sum (x in "AEIOU")&0=(til count x) mod 2}

/ HumanEval/99 closest_integer
solve:{
  v:"F"$x;
  (signum v)*floor 0.5+abs v}

/ HumanEval/100 make_a_pile
solve:{x+2*til x}

/ HumanEval/101 words_string
solve:{
  w:" " vs ssr[x;",";" "];
  w where 0<count each w}

/ HumanEval/102 choose_num
solve:{[x;y] $[x>y;-1;0=y mod 2;y;x=y;-1;y-1]}

/ HumanEval/103 rounded_avg
/ A half goes to the even neighbour.
solve:{[n;m]
  if[m<n;:-1];
  h:(n+m) div 2;
  if[(n+m) mod 2;h+:h mod 2];
  "0b",$[h;raze string 2 vs h;"0"]}

/ HumanEval/104 unique_digits
solve:{asc x where {all (string x) in "13579"} each x}

/ HumanEval/105 by_length
solve:{
  names:" " vs "One Two Three Four Five Six Seven Eight Nine";
  names -1+desc x where x within 1 9}

/ HumanEval/106 f
solve:{{$[x mod 2;sum;prd] 1+til x} each 1+til x}

/ HumanEval/107 even_odd_palindrome
solve:{
  n:1+til x;
  p:n where s~'reverse each s:string n;
  (sum 0=p mod 2;sum 1=p mod 2)}

/ HumanEval/108 count_nums
digits:{d:"J"$'string abs x; sum @[d;0;*;$[x<0;-1;1]]}
solve:{sum 0<digits each x}

/ HumanEval/109 move_one_ball
solve:{$[count x;(asc x)~(x?min x) rotate x;1b]}

/ HumanEval/110 exchange
solve:{[a;b] $[(sum 0=b mod 2)>=sum 1=a mod 2;"YES";"NO"]}

/ HumanEval/111 histogram
solve:{
  c:count each group " " vs x;
  k:where c=n:max c (key c) except enlist "";
  k!(count k)#n}

/ HumanEval/112 reverse_delete
solve:{[s;c]
  r:s except c;
  (r;r~reverse r)}

/ HumanEval/113 odd_count
solve:{
  parts:("the number of odd elements ";"n the str";"ng ";" of the ";"nput.");
  {[parts;s] (string sum s in "13579") sv parts}[parts] each x}

/ HumanEval/114 minSubArraySum
solve:{min {y&x+y}\[x]}

/ HumanEval/115 max_fill
solve:{[grid;capacity] sum ceiling (sum each grid)%capacity}

/ HumanEval/116 sort_array
solve:{
  s:asc x;
  s iasc {sum 2 vs abs x} each s}

/ HumanEval/117 select_words
solve:{[s;n]
  w:(" " vs s) except enlist "";
  w where n={sum not (lower x) in "aeiou"} each w}

/ HumanEval/118 get_closest_vowel
solve:{
  v:x in "aeiouAEIOU";
  i:where v&not (prev v)|next v;
  i:i where i within (1;(count x)-2);
  $[count i;x last i;""]}

/ HumanEval/119 match_parens
balanced:{d:0,sums 1 -1 x=")"; (0=last d)&all d>=0}
solve:{$[any balanced each raze each 2#'(x;reverse x);"Yes";"No"]}

/ HumanEval/120 maximum
solve:{[arr;k] (neg k) sublist asc arr}

/ HumanEval/121 solution
solve:{sum x where (0=(til count x) mod 2)&1=x mod 2}

/ HumanEval/122 add_elements
solve:{[arr;k]
  e:k sublist arr;
  sum e where 3>count each string e}

/ HumanEval/123 get_odd_collatz
solve:{
  c:{x>1} {$[x mod 2;1+3*x;x div 2]}\x;
  asc c where 1=c mod 2}

/ HumanEval/125 split_words
words:{w where 0<count each w:" " vs x}
solve:{
  $[" " in x;words x;
    "," in x;words ssr[x;",";" "];
    sum (x in .Q.a)&0=("j"$x) mod 2]}

/ HumanEval/126 is_sorted
solve:{(x~asc x)&all 3>count each group x}

/ HumanEval/127 intersection
solve:{[a;b]
  n:(min (a 1;b 1))-max (a 0;b 0);
  $[n<2;"NO";all 0<n mod 2_til n;"YES";"NO"]}

/ HumanEval/128 prod_signs
solve:{$[count x;(prd signum x)*sum abs x;(::)]}

/ HumanEval/130 tri
solve:{[n]
  t:1 3;
  i:2;
  while[i<=n;
    t:t,$[i mod 2;t[i-1]+t[i-2]+(i+3)%2;1+i%2];
    i+:1];
  (n+1)#t}

/ HumanEval/131 digits
solve:{
  d:"J"$'string x;
  odd:d where 1=d mod 2;
  $[count odd;prd odd;0]}

/ HumanEval/132 is_nested
solve:{
  open:where x="[";
  close:reverse where x="]";
  n:min count each (open;close);
  1<sum (n#open)<n#close}

/ HumanEval/133 sum_squares
solve:{sum r*r:ceiling x}

/ HumanEval/134 check_if_last_char_is_a_letter
solve:{
  w:last " " vs x;
  (1=count w)&all (lower w) in .Q.a}

/ HumanEval/135 can_arrange
solve:{max -1,1+where 0>1_deltas x}

/ HumanEval/136 largest_smallest_integers
solve:{
  low:x where x<0;
  high:x where x>0;
  ($[count low;max low;(::)];$[count high;min high;(::)])}

/ HumanEval/137 compare_one
number:{$[10h=type x;"F"$ssr[x;",";"."];"f"$x]}
solve:{[a;b]
  d:(number a)-number b;
  $[d=0;(::);d>0;a;b]}

/ HumanEval/138 is_equal_to_sum_even
solve:{(x>=8)&0=x mod 2}

/ HumanEval/139 special_factorial
solve:{prd prds 1+til x}

/ HumanEval/141 file_name_check
solve:{
  p:"." vs x;
  ok:$[2<>count p;0b;
    not any p[1]~/:("txt";"exe";"dll");0b;
    not (first p 0) in .Q.a,.Q.A;0b;
    4>sum p[0] in .Q.n];
  $[ok;"Yes";"No"]}

/ HumanEval/142 sum_squares
solve:{
  i:til count x;
  p:?[0=i mod 3;2;?[0=i mod 4;3;1]];
  sum {prd y#x}'[x;p]}

/ HumanEval/143 words_in_sentence
solve:{
  w:" " vs x;
  n:count each w;
  " " sv w where {(x>1)&all 0<x mod 2_til x} each n}

/ HumanEval/144 simplify
solve:{[x;n]
  p:"J"$"/" vs/: (x;n);
  0=(prd p[;0]) mod prd p[;1]}

/ HumanEval/145 order_by_points
points:{d:"J"$'string abs x; (sum 1_d)+(first d)*$[x<0;-1;1]}
solve:{x iasc points each x}

/ HumanEval/146 specialFilter
solve:{
  s:string x where x>10;
  sum ((first each s) in "13579")&(last each s) in "13579"}

/ HumanEval/147 get_max_triples
/ Only the remainders by 3 count: three alike, or one of each.
solve:{
  i:1+til x;
  a:(1+i*i-1) mod 3;
  c:"j"$sum each a=/:0 1 2;
  (prd c)+sum {(x*(x-1)*x-2) div 6} each c}

/ HumanEval/148 bf
solve:{[a;b]
  p:" " vs "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune";
  i:asc p?(a;b);
  $[(8 in i)|a~b;();(1+i 0) _ (i 1)#p]}

/ HumanEval/149 sorted_list_sum
solve:{
  w:asc x where 0=(count each x) mod 2;
  w iasc count each w}

/ HumanEval/150 x_or_y
solve:{[n;x;y] $[n=1;y;all 0<n mod 2_til n;x;y]}

/ HumanEval/151 double_the_difference
solve:{
  n:"j"$x where -7h=type each x;
  n:n where (n>0)&1=n mod 2;
  sum n*n}

/ HumanEval/152 compare
solve:{[game;guess]
  n:min count each (game;guess);
  abs (n#game)-n#guess}

/ HumanEval/153 Strongest_Extension
solve:{[name;extensions]
  s:{(sum x in .Q.A)-sum x in .Q.a} each extensions;
  name,".",extensions s?max s}

/ HumanEval/154 cycpattern_check
solve:{[a;b]
  n:count b;
  windows:n#/:(til 0|1+(count a)-n) _\: a;
  turns:(til 1|n) rotate\: b;
  any raze windows~/:\:turns}

/ HumanEval/155 even_odd_count
solve:{
  odd:sum (string abs x) in "13579";
  ((count string abs x)-odd;odd)}

/ HumanEval/156 int_to_mini_roman
solve:{[n]
  v:1000 900 500 400 100 90 50 40 10 9 5 4 1;
  s:" " vs "m cm d cd c xc l xl x ix v iv i";
  r:"";
  i:0;
  while[n>0;
    $[n>=v i;[r,:s i;n-:v i];i+:1]];
  r}

/ HumanEval/157 right_angle_triangle
solve:{[a;b;c]
  s:asc s*s:a,b,c;
  s[2]=s[0]+s 1}

/ HumanEval/158 find_max
solve:{
  c:{count distinct x} each x;
  first asc x where c=max c}

/ HumanEval/159 eat
solve:{[number;need;remaining]
  eaten:need&remaining;
  (number+eaten;remaining-eaten)}

/ HumanEval/161 solve
solve:{
  letters:x in .Q.a,.Q.A;
  $[any letters;?[x=lower x;upper x;lower x];reverse x]}

/ HumanEval/162 string_to_md5
solve:{$[count x;raze string md5 x;(::)]}

/ HumanEval/163 generate_integers
solve:{[a;b]
  e:2 4 6 8;
  e where e within asc a,b}

/ HumanEval/0 has_close_elements
solve:{[numbers;threshold]
  i:til count numbers;
  pairs:i cross i;
  pairs:pairs where pairs[;0]<pairs[;1];
  any threshold>abs numbers[pairs[;0]]-numbers pairs[;1]}

/ HumanEval/3 below_zero
solve:{[operations]
  balance:0;
  i:0;
  while[i<count operations;
    balance+:operations i;
    if[balance<0;:1b];
    i+:1];
  0b}

/ HumanEval/5 intersperse
solve:{[numbers;d]
  n:count numbers;
  if[n=0;:numbers];
  r:(-1+2*n)#d;
  r[2*til n]:numbers;
  r}

/ HumanEval/8 sum_product
solve:{(sum;prd)@\:x}

/ HumanEval/9 rolling_max
solve:{(|\)x}

/ HumanEval/11 string_xor
solve:{[a;b]
  n:(count a)&count b;
  raze string "j"$(n#a)<>n#b}

/ HumanEval/13 greatest_common_divisor
solve:{[a;b]
  while[b<>0;
    t:a mod b;
    a:b;
    b:t];
  a}

/ HumanEval/14 all_prefixes
solve:{{x,y}\[();x]}

/ HumanEval/16 count_distinct_characters
solve:{count group lower x}

/ HumanEval/18 how_many_times
solve:{[s;part]
  found:0;
  i:0;
  while[i<=(count s)-count part;
    if[part~(count part) sublist i _ s;found+:1];
    i+:1];
  found}

/ HumanEval/24 largest_divisor
solve:{[n]
  d:n-1;
  while[n mod d;d-:1];
  d}

/ HumanEval/26 remove_duplicates
solve:{[numbers]
  once:where 1=count each group numbers;
  numbers where numbers in once}

/ HumanEval/27 flip_case
solve:{[s]
  flip_one:{$[x in .Q.a;upper x;lower x]};
  flip_one each s}

/ HumanEval/30 get_positive
solve:{[l] l where 0<l}

/ HumanEval/31 is_prime
solve:{[n]
  if[n<2;:0b];
  d:2;
  while[n>=d*d;
    if[0=n mod d;:0b];
    d+:1];
  1b}

/ HumanEval/34 unique
solve:{x iasc x:distinct x}

/ HumanEval/35 max_element
solve:{first desc x}

/ HumanEval/40 triples_sum_to_zero
solve:{[l]
  n:count l;
  i:0;
  while[i<n;
    j:i+1;
    while[j<n;
      if[(neg l[i]+l j) in (j+1)_l;:1b];
      j+:1];
    i+:1];
  0b}

/ HumanEval/41 car_race_collision
solve:{[n] prd 2#n}

/ HumanEval/42 incr_list
solve:{[l] {x+1} each l}

/ HumanEval/43 pairs_sum_to_zero
solve:{[l]
  i:til count l;
  any raze {[l;i] (neg l i) in (i+1)_l}[l] each i}

/ HumanEval/44 change_base
solve:{[x;base]
  r:"";
  while[x>0;
    r:(string x mod base),r;
    x:x div base];
  r}

/ HumanEval/46 fib4
solve:{[n]
  f:0 0 2 0;
  while[n>=count f;f,:sum -4#f];
  f n}

/ HumanEval/48 is_palindrome
solve:{all x=reverse x}

/ HumanEval/52 below_threshold
solve:{[l;t] not any l>=t}

/ HumanEval/55 fib
solve:{[n]
  a:0;
  b:1;
  do[n;
    t:a+b;
    a:b;
    b:t];
  a}

/ HumanEval/56 correct_bracketing
solve:{[brackets]
  depth:0;
  i:0;
  while[i<count brackets;
    $["<"=brackets i;depth+:1;depth-:1];
    if[depth<0;:0b];
    i+:1];
  depth=0}

/ HumanEval/57 monotonic
solve:{[l]
  d:1_deltas l;
  (all d>=0) or all d<=0}

/ HumanEval/58 common
solve:{[a;b] asc distinct a where a in b}

/ HumanEval/60 sum_to_n
solve:{(x*x+1) div 2}

/ HumanEval/63 fibfib
solve:{[n]
  f:0 0 1;
  while[n>=count f;f,:sum -3#f];
  f n}

/ HumanEval/66 digitSum
solve:{[s]
  codes:"j"$s;
  sum codes where codes within 65 90}

/ HumanEval/70 strange_sort_list
solve:{[l]
  l:asc l;
  r:();
  while[count l;
    r,:first l;
    l:reverse 1_l];
  r}

/ HumanEval/72 will_it_fly
solve:{[q;w] $[w<sum q;0b;q~reverse q]}

/ HumanEval/73 smallest_change
solve:{[arr]
  h:(count arr) div 2;
  sum (h#arr)<>h#reverse arr}

/ HumanEval/78 hex_key
solve:{count x inter "2357BD"}

/ HumanEval/80 is_happy
solve:{[s]
  if[3>count s;:0b];
  all (s[i]<>s i+1)&(s[i+1]<>s i+2)&s[i]<>s 2+i:til -2+count s}

/ HumanEval/83 starts_one_ends
solve:{[n] $[n=1;1;"j"$18*10 xexp n-2]}

/ HumanEval/85 add
solve:{[lst]
  i:til count lst;
  sum lst where (1=i mod 2)&0=lst mod 2}

/ HumanEval/97 multiply
solve:{[a;b] (a mod 10)*b mod 10}

/ HumanEval/100 make_a_pile
solve:{[n] sums n,(n-1)#2}

/ HumanEval/105 by_length
solve:{[arr]
  names:(1+til 9)!("One";"Two";"Three";"Four";"Five";"Six";"Seven";"Eight";"Nine");
  names desc arr inter key names}

/ HumanEval/106 f
solve:{[n]
  i:1+til n;
  ?[i mod 2;sums i;prds i]}

/ HumanEval/110 exchange
solve:{[lst1;lst2]
  even:sum 0=(lst1,lst2) mod 2;
  $[even>=count lst1;"YES";"NO"]}

/ HumanEval/112 reverse_delete
solve:{[s;c]
  r:s where not s in c;
  (r;r~reverse r)}

/ HumanEval/114 minSubArraySum
solve:{[nums]
  best:first nums;
  running:0;
  i:0;
  while[i<count nums;
    running:nums[i]+running&0;
    best&:running;
    i+:1];
  best}

/ HumanEval/121 solution
solve:{[lst] sum {x*x mod 2} lst 2*til (1+count lst) div 2}

/ HumanEval/123 get_odd_collatz
solve:{[n]
  c:enlist n;
  while[n>1;
    n:$[n mod 2;1+3*n;n div 2];
    c,:n];
  asc c where 1=c mod 2}

/ HumanEval/135 can_arrange
solve:{[arr]
  i:(count arr)-1;
  while[i>0;
    if[arr[i]<arr i-1;:i];
    i-:1];
  -1}

/ HumanEval/139 special_factorial
solve:{[n]
  fact:1;
  special:1;
  i:1;
  while[i<=n;
    fact*:i;
    special*:fact;
    i+:1];
  special}

/ HumanEval/142 sum_squares
solve:{[lst]
  i:til count lst;
  third:0=i mod 3;
  fourth:(0=i mod 4)&not third;
  sum lst*?[third;lst;1]*?[fourth;lst*lst;1]}

/ HumanEval/152 compare
solve:{[game;guess] {abs x-y}'[n#game;(n:(count game)&count guess)#guess]}

/ HumanEval/155 even_odd_count
solve:{[num]
  d:"J"$'string abs num;
  sum each 0 1=\:d mod 2}

/ HumanEval/157 right_angle_triangle
solve:{[a;b;c]
  s:a,b,c;
  (2*m*m:max s)=sum s*s}

/ HumanEval/159 eat
solve:{[number;need;remaining] $[need<=remaining;(number+need;remaining-need);(number+remaining;0)]}

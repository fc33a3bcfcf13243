"""Small LeetCode-style q programs, each with a Python reference and the inputs it is tried on."""

import bisect
import functools
import heapq
import itertools
import math
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass


class Sym(str):
    """A q symbol."""


class Char(str):
    """A q character atom."""


class Raw(str):
    """A q expression, for what Python has no value for, such as an empty general list."""


@dataclass(frozen=True)
class Program:
    name: str
    source: str
    reference: Callable
    cases: tuple[tuple, ...]


PROGRAMS: list[Program] = []
EMPTY = Raw("()")


def takes(source: str, *cases: tuple) -> Callable:
    """Register a program whose every case is the tuple of its arguments."""

    def register(reference: Callable) -> Callable:
        PROGRAMS.append(Program(reference.__name__, source.strip("\n"), reference, cases))
        return reference

    return register


def takes_one(source: str, *arguments: object) -> Callable:
    """Register a program of one argument."""
    return takes(source, *((argument,) for argument in arguments))


def general(items: list) -> list | Raw:
    """A list of lists, which is () when it is empty."""
    return items or EMPTY


# Arrays


@takes(
    r"""
solve:{[nums;target]
  seen:(`long$())!`long$();
  i:0;
  while[i<count nums;
    d:target-nums i;
    if[d in key seen; :(seen d;i)];
    seen[nums i]:i;
    i+:1];
  `long$()
 }
""",
    ([2, 7, 11, 15], 9),
    ([3, 2, 4], 6),
    ([3, 3], 6),
    ([-1, -2, -3, -4], -6),
    ([1], 2),
    ([], 0),
)
def two_sum(nums, target):
    for j, b in enumerate(nums):
        for i in range(j):
            if nums[i] + b == target:
                return [i, j]
    return []


@takes_one("solve:{(count x)<>count distinct x}", [1, 2, 3, 1], [1, 2, 3], [], [0], [-1, -1])
def contains_duplicate(nums):
    return len(set(nums)) < len(nums)


@takes_one("solve:{first key desc count each group x}", [3, 2, 3], [2, 2, 1, 1, 1, 2, 2], [7], [-1, -1, 5])
def majority_element(nums):
    return Counter(nums).most_common(1)[0][0]


@takes_one("solve:{(x where x<>0),x where x=0}", [0, 1, 0, 3, 12], [0], [], [1, 2], [0, 0, -1])
def move_zeroes(nums):
    return [n for n in nums if n] + [0] * nums.count(0)


@takes_one("solve:{max {y|x+y}\\[x]}", [-2, 1, -3, 4, -1, 2, 1, -5, 4], [1], [5, 4, -1, 7, 8], [-3, -1, -2])
def maximum_subarray(nums):
    return max(sum(nums[i:j]) for i in range(len(nums)) for j in range(i + 1, len(nums) + 1))


@takes_one("solve:{0|max x-mins x}", [7, 1, 5, 3, 6, 4], [7, 6, 4, 3, 1], [1], [], [2, 4, 1, 9])
def best_time_to_buy(prices):
    return max([0, *(b - a for a, b in itertools.combinations(prices, 2))])


@takes_one("solve:{sum 0|1_deltas x}", [7, 1, 5, 3, 6, 4], [1, 2, 3, 4, 5], [7, 6, 4], [5], [3, 3])
def best_time_many_trades(prices):
    return sum(max(0, b - a) for a, b in itertools.pairwise(prices))


@takes_one(
    "solve:{(prds 1,-1_x)*reverse prds 1,-1_reverse x}",
    [1, 2, 3, 4],
    [-1, 1, 0, -3, 3],
    [5],
    [0, 0],
    [2, -3],
)
def product_except_self(nums):
    return [math.prod(nums[:i] + nums[i + 1 :]) for i in range(len(nums))]


@takes(
    "solve:{[a;k] (neg k mod count a) rotate a}",
    ([1, 2, 3, 4, 5, 6, 7], 3),
    ([-1, -100, 3, 99], 2),
    ([1, 2], 5),
    ([9], 4),
    ([1, 2, 3], 0),
)
def rotate_array(nums, k):
    k %= len(nums)
    return nums[-k:] + nums[:-k] if k else nums


@takes_one("solve:{first (til 1+count x) except x}", [3, 0, 1], [0, 1], [9, 6, 4, 2, 3, 5, 7, 0, 1], [0], [])
def missing_number(nums):
    return sum(range(len(nums) + 1)) - sum(nums)


@takes(
    "solve:{asc distinct x inter y}",
    ([1, 2, 2, 1], [2, 2]),
    ([4, 9, 5], [9, 4, 9, 8, 4]),
    ([1], [2]),
    ([], [1, 2]),
)
def intersection_of_arrays(a, b):
    return sorted(set(a) & set(b))


@takes(
    r"""
solve:{[a;b]
  r:`long$();
  while[(count a)&count b;
    if[first[a] in b; r,:first a; b:b _ b?first a];
    a:1_a];
  asc r}
""",
    ([1, 2, 2, 1], [2, 2]),
    ([4, 9, 5, 9], [9, 4, 9, 8, 4]),
    ([1], [2]),
    ([1, 1, 1], [1]),
    ([], [3]),
)
def intersection_with_repeats(a, b):
    return sorted((Counter(a) & Counter(b)).elements())


@takes_one("solve:{10 vs 1+10 sv x}", [1, 2, 3], [4, 3, 2, 1], [9], [9, 9, 9], [1, 0, 9])
def plus_one(digits):
    return [int(c) for c in str(int("".join(map(str, digits))) + 1)]


@takes_one("solve:{sums x}", [1, 2, 3, 4], [1], [], [-1, 1, -1])
def running_sum(nums):
    return list(itertools.accumulate(nums))


@takes(
    "solve:{[c;extra] (c+extra)>=max c}",
    ([2, 3, 5, 1, 3], 3),
    ([4, 2, 1, 1, 2], 1),
    ([12, 1, 12], 10),
    ([5], 0),
)
def kids_with_candies(candies, extra):
    return [c + extra >= max(candies) for c in candies]


@takes(
    "solve:{[a;n] raze flip 2 0N#a}",
    ([2, 5, 1, 3, 4, 7], 3),
    ([1, 2, 3, 4, 4, 3, 2, 1], 4),
    ([1, 1, 2, 2], 2),
    ([5, -6], 1),
)
def shuffle_the_array(nums, n):
    return [v for pair in zip(nums[:n], nums[n:], strict=True) for v in pair]


@takes_one(
    "solve:{sum {(x*x-1) div 2} value count each group x}",
    [1, 2, 3, 1, 1, 3],
    [1, 1, 1, 1],
    [1, 2, 3],
    [0],
    [-2, -2],
)
def number_of_good_pairs(nums):
    return sum(a == b for a, b in itertools.combinations(nums, 2))


@takes_one('solve:{"j"$sum each x>\\:x}', [8, 1, 2, 2, 3], [6, 5, 4, 8], [7, 7, 7, 7], [3], [-1, -5])
def smaller_than_current(nums):
    return [sum(b < a for b in nums) for a in nums]


@takes_one("solve:{raze {x[0]#x 1} each 2 cut x}", [1, 2, 3, 4], [1, 1, 2, 3], [3, -7], [5, 5, 1, 0])
def decompress_list(nums):
    return [v for n, v in zip(nums[::2], nums[1::2], strict=True) for _ in range(n)]


@takes(
    r"""
solve:{[nums;index]
  {[t;iv] (iv[0]#t),iv[1],iv[0]_t}/[`long$();flip (index;nums)]}
""",
    ([0, 1, 2, 3, 4], [0, 1, 2, 2, 1]),
    ([1, 2, 3, 4, 0], [0, 1, 2, 3, 0]),
    ([1], [0]),
    ([7, 7, 8], [0, 0, 0]),
)
def create_target_array(nums, index):
    target = []
    for n, i in zip(nums, index, strict=True):
        target.insert(i, n)
    return target


@takes_one("solve:{x x}", [0, 2, 1, 5, 3, 4], [5, 0, 1, 2, 3, 4], [0], [1, 0])
def array_from_permutation(nums):
    return [nums[n] for n in nums]


@takes_one("solve:{asc x*x}", [-4, -1, 0, 3, 10], [-7, -3, 2, 3, 11], [], [-1], [0, 0])
def squares_of_sorted(nums):
    return sorted(n * n for n in nums)


@takes_one(
    "solve:{sum((maxs x)&reverse maxs reverse x)-x}",
    [0, 1, 0, 2, 1, 0, 1, 3, 2, 1, 2, 1],
    [4, 2, 0, 3, 2, 5],
    [],
    [3],
    [3, 0, 3],
)
def trapping_rain_water(heights):
    return sum(min(max(heights[: i + 1]), max(heights[i:])) - h for i, h in enumerate(heights))


@takes_one(
    r"""
solve:{[h]
  l:0;
  r:-1+count h;
  best:0;
  while[l<r;
    best:best|(r-l)*h[l]&h r;
    $[h[l]<h r;l+:1;r-:1]];
  best}
""",
    [1, 8, 6, 2, 5, 4, 8, 3, 7],
    [1, 1],
    [4],
    [4, 3, 2, 1, 4],
    [0, 0, 0],
)
def container_with_most_water(heights):
    pairs = itertools.combinations(range(len(heights)), 2)
    return max([0, *((j - i) * min(heights[i], heights[j]) for i, j in pairs)])


@takes_one(
    r"""
solve:{[nums]
  a:asc nums;
  n:count a;
  res:();
  i:0;
  while[i<n-2;
    l:i+1;
    r:n-1;
    while[l<r;
      s:a[i]+a[l]+a r;
      $[s<0; l+:1;
        s>0; r-:1;
        [res,:enlist a i,l,r; l+:1; r-:1]]];
    i+:1];
  distinct res}
""",
    [-1, 0, 1, 2, -1, -4],
    [0, 1, 1],
    [0, 0, 0, 0],
    [-2, 0, 1, 1, 2],
    [],
)
def three_sum(nums):
    triples = {t for t in itertools.combinations(sorted(nums), 3) if sum(t) == 0}
    return general([list(t) for t in sorted(triples)])


@takes_one(
    "solve:{max 0,value count each group x-til count x:asc distinct x}",
    [100, 4, 200, 1, 3, 2],
    [0, 3, 7, 2, 5, 8, 4, 6, 0, 1],
    [5],
    [1, 1, 1],
    [-3, -2, -1, 5],
)
def longest_consecutive(nums):
    present = set(nums)

    def run_from(n):
        return 1 + run_from(n + 1) if n in present else 0

    return max(map(run_from, present))


@takes(
    r"""
solve:{[nums;k]
  seen:(enlist 0)!enlist 1;
  total:0;
  found:0;
  i:0;
  while[i<count nums;
    total+:nums i;
    found+:0^seen total-k;
    seen[total]:1+0^seen total;
    i+:1];
  found}
""",
    ([1, 1, 1], 2),
    ([1, 2, 3], 3),
    ([1, -1, 0], 0),
    ([], 0),
    ([5], 6),
)
def subarray_sum_equals_k(nums, k):
    n = len(nums)
    return sum(sum(nums[i:j]) == k for i in range(n) for j in range(i + 1, n + 1))


@takes_one(
    r"""
solve:{
  step:{[s;v]
    c:v,v*s 0 1;
    (max c;min c;s[2]|max c)};
  last step/[3#first x;1_x]}
""",
    [2, 3, -2, 4],
    [-2, 0, -1],
    [-2],
    [-2, 3, -4],
    [0, 2],
)
def maximum_product_subarray(nums):
    n = len(nums)
    return max(math.prod(nums[i:j]) for i in range(n) for j in range(i + 1, n + 1))


@takes_one(
    "solve:{max count each (0,1+where 0>=1_deltas x) cut x}",
    [1, 3, 5, 4, 7],
    [2, 2, 2, 2],
    [1],
    [5, 4, 3],
    [-2, -1, 0],
)
def longest_increasing_run(nums):
    best = length = 1
    for a, b in itertools.pairwise(nums):
        length = length + 1 if b > a else 1
        best = max(best, length)
    return best


@takes(
    "solve:{[nums;k] (k-1)_k mmax nums}",
    ([1, 3, -1, -3, 5, 3, 6, 7], 3),
    ([1], 1),
    ([9, 8, 7], 2),
    ([-5, -6, -7], 3),
)
def sliding_window_maximum(nums, k):
    return [max(nums[i : i + k]) for i in range(len(nums) - k + 1)]


@takes(
    "solve:{[nums;k] max((k-1)_k msum nums)%k}",
    ([1, 12, -5, -6, 50, 3], 4),
    ([5], 1),
    ([0, 4, 0, 3, 2], 1),
    ([-1, -2, -4], 2),
)
def maximum_average_subarray(nums, k):
    return max(sum(nums[i : i + k]) / k for i in range(len(nums) - k + 1))


@takes(
    "solve:{[nums;k] k mavg nums}",
    ([1, 2, 3, 4], 2),
    ([5], 3),
    ([-2, 4, 6], 1),
    ([1, 2, 4, 8, 16], 4),
)
def moving_average(nums, k):
    windows = (nums[max(0, i + 1 - k) : i + 1] for i in range(len(nums)))
    return [sum(w) / len(w) for w in windows]


@takes(
    r"""
solve:{[t;a]
  n:count a;
  l:0;
  r:0;
  s:0;
  best:0W;
  while[r<n;
    s+:a r;
    r+:1;
    while[s>=t;
      best&:r-l;
      s-:a l;
      l+:1]];
  $[best=0W;0;best]}
""",
    (7, [2, 3, 1, 2, 4, 3]),
    (4, [1, 4, 4]),
    (11, [1, 1, 1, 1]),
    (3, []),
)
def minimum_size_subarray(target, nums):
    n = len(nums)
    return min([j - i for i in range(n) for j in range(i + 1, n + 1) if sum(nums[i:j]) >= target], default=0)


@takes(
    r"""
solve:{[nums;k]
  p:-1,(where nums=0),count nums;
  m:(count p)-k+1;
  $[m<1;count nums;max -1+((k+1)_p)-m#p]}
""",
    ([1, 1, 0, 1, 1, 1], 0),
    ([1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0], 2),
    ([0, 0, 0], 0),
    ([1, 1], 1),
    ([0], 1),
)
def max_consecutive_ones(nums, k):
    n = len(nums)
    return max(j - i for i in range(n + 1) for j in range(i, n + 1) if nums[i:j].count(0) <= k)


@takes_one(
    "solve:{where(sums x)=reverse sums reverse x}",
    [1, 7, 3, 6, 5, 6],
    [1, 2, 3],
    [2, 1, -1],
    [5],
    [],
)
def pivot_indices(nums):
    return [i for i in range(len(nums)) if sum(nums[:i]) == sum(nums[i + 1 :])]


@takes(
    "solve:{asc raze (x;y)}",
    ([1, 2, 3], [2, 5, 6]),
    ([1], []),
    ([], [0]),
    ([-1, 4], [-3, 4]),
)
def merge_sorted_by_sorting(a, b):
    return sorted(a + b)


@takes(
    r"""
solve:{$[0=count x;y;
  0=count y;x;
  first[x]<=first y;(first x),solve[1_x;y];
  (first y),solve[x;1_y]]}
""",
    ([1, 2, 3], [2, 5, 6]),
    ([1], []),
    ([], [0]),
    ([], []),
    ([-1, 4], [-3, 4, 9]),
)
def merge_two_sorted_lists(a, b):
    return list(heapq.merge(a, b))


@takes_one(
    "solve:{[m] 1b in m~/:(asc m;desc m)}",
    [1, 2, 2, 3],
    [6, 5, 4, 4],
    [1, 3, 2],
    [1],
    [],
)
def is_monotonic(nums):
    return nums in (sorted(nums), sorted(nums)[::-1])


@takes_one(
    "solve:{first where x=max x}",
    [1, 2, 3, 1],
    [7],
    [5, 5, 1],
    [-3, -1, -2],
)
def index_of_maximum(nums):
    return nums.index(max(nums))


@takes_one(
    "solve:{[a] d:desc distinct a; d $[3>count d;0;2]}",
    [3, 2, 1],
    [1, 2],
    [2, 2, 3, 1],
    [-5],
)
def third_maximum(nums):
    ordered = sorted(set(nums), reverse=True)
    return ordered[2] if len(ordered) > 2 else ordered[0]


@takes_one(
    "solve:{(til 1+count x) except 0,x}",
    [4, 3, 2, 7, 8, 2, 3, 1],
    [1, 1],
    [1],
    [2, 2, 2],
)
def find_disappeared_numbers(nums):
    return [n for n in range(1, len(nums) + 1) if n not in nums]


@takes(
    "solve:{[x;k] sum{y in x}[x;x+k]}",
    ([1, 5, 3, 4], 2),
    ([1, 2, 3, 4, 5], 1),
    ([7], 1),
    ([-4, 0, 4, 8], 4),
)
def pairs_with_difference(nums, k):
    return Raw(f"{sum(n + k in nums for n in nums)}i")


@takes(
    r"""
solve:{[nums;k]
  c:count each group nums;
  t:([]v:key c;n:value c);
  k#exec v from `n xdesc `v xasc t}
""",
    ([1, 1, 1, 2, 2, 3], 2),
    ([1], 1),
    ([4, 4, 5, 5, 6], 2),
    ([-1, -1, 3, 3, 3], 1),
)
def top_k_frequent(nums, k):
    return sorted(set(nums), key=lambda n: (-nums.count(n), n))[:k]


@takes(
    "solve:{[nums;k] (desc nums) k-1}",
    ([3, 2, 1, 5, 6, 4], 2),
    ([3, 2, 3, 1, 2, 4, 5, 5, 6], 4),
    ([1], 1),
    ([-1, -2], 2),
)
def kth_largest(nums, k):
    return sorted(nums)[-k]


# Sorting and searching


@takes_one("solve:{where sum each x=/:0 1 2}", [2, 0, 2, 1, 1, 0], [2, 0, 1], [0], [1, 1])
def sort_colors(nums):
    return sorted(nums)


@takes_one(
    "solve:{$[2>count x;x;raze(solve x where x<p;x where x=p;solve x where x>p:x 0)]}",
    [3, 6, 1, 5, 2],
    [],
    [4],
    [2, 2, 1, 1],
    [-1, 0, -5, 9],
)
def quicksort(nums):
    return sorted(nums)


@takes_one(
    r"""
merge:{[a;b]
  r:();
  while[min count each (a;b);
    $[a[0]<=b 0;
      [r,:a 0;a:1_a];
      [r,:b 0;b:1_b]]];
  r,a,b}
solve:{
  n:count x;
  if[n<2;:x];
  h:n div 2;
  merge . solve each (h#x;h _ x)
 }
""",
    [5, 2, 3, 1],
    [5, 1, 1, 2, 0, 0],
    [1],
    [],
    [-2, 3, -5],
)
def merge_sort(nums):
    return sorted(nums)


@takes_one(
    r"""
/ put each item in its place among those already sorted
ins:{[s;v] (s where s<=v),v,s where s>v}
solve:{ins/[0#0;x]}
""",
    [4, 3, 2, 10, 12, 1, 5, 6],
    [],
    [9],
    [3, 3, -3],
)
def insertion_sort(nums):
    return sorted(nums)


@takes_one(
    r"""
pass:{[a;i] $[a[i]>a i+1;@[a;i,i+1;:;a(i+1),i];a]}
solve:{[a]
  do[count a; a:pass/[a;til 0|-1+count a]];
  a}
""",
    [64, 34, 25, 12, 22, 11, 90],
    [],
    [1],
    [2, 1],
    [0, -1, 0, -1],
)
def bubble_sort(nums):
    return sorted(nums)


@takes_one(
    r"""
solve:{[a]
  i:0;
  while[i<-1+count a;
    j:i+r?min r:i _ a;
    a[i,j]:a j,i;
    i+:1];
  a}
""",
    [64, 25, 12, 22, 11],
    [],
    [1],
    [2, 1, 2],
    [-7, 3, -7, 0],
)
def selection_sort(nums):
    return sorted(nums)


@takes_one(
    "solve:{lo:min x;lo+where @[(1+max x-lo)#0;x-lo;+;1]}",
    [3, 1, 2, 1],
    [5],
    [-2, 4, -2],
    [0, 0, 0],
)
def counting_sort(nums):
    return sorted(nums)


@takes(
    r"""
solve:{[a;t]
  lo:0;
  hi:-1+count a;
  while[lo<=hi;
    mid:(lo+hi) div 2;
    if[t=a mid; :mid];
    $[a[mid]<t; lo:mid+1; hi:mid-1]];
  -1}
""",
    ([-1, 0, 3, 5, 9, 12], 9),
    ([-1, 0, 3, 5, 9, 12], 2),
    ([5], 5),
    ([], 1),
    ([1, 3], 1),
)
def binary_search(nums, target):
    return nums.index(target) if target in nums else -1


@takes(
    "solve:{$[y in x;(x binr y),x bin y;-1 -1]}",
    ([5, 7, 7, 8, 8, 10], 8),
    ([5, 7, 7, 8, 8, 10], 6),
    ([], 0),
    ([2, 2], 2),
    ([-4], -4),
)
def first_and_last_position(nums, target):
    where = [i for i, n in enumerate(nums) if n == target]
    return [where[0], where[-1]] if where else [-1, -1]


@takes(
    "solve:{[nums;t] nums binr t}", ([1, 3, 5, 6], 5), ([1, 3, 5, 6], 2), ([1, 3, 5, 6], 7), ([1], 0), ([-3, -3, 2], -3)
)
def search_insert_position(nums, target):
    return bisect.bisect_left(nums, target)


@takes_one(
    r"""
solve:{
  f:{[n;r] m:(1+sum r) div 2; $[n<m*m;(r 0;m-1);(m;r 1)]};
  first f[x]/[{x[0]<x 1};(0;x)]}
""",
    4,
    8,
    0,
    1,
    2147395599,
)
def integer_square_root(n):
    return math.isqrt(n)


@takes(
    r"""
solve:{[piles;h]
  lo:1;
  hi:max piles;
  while[lo<hi;
    mid:(lo+hi) div 2;
    $[h>=sum ceiling piles%mid;hi:mid;lo:1+mid]];
  lo}
""",
    ([3, 6, 7, 11], 8),
    ([30, 11, 23, 4, 20], 5),
    ([30, 11, 23, 4, 20], 6),
    ([1], 1),
)
def koko_eating_bananas(piles, hours):
    return next(k for k in itertools.count(1) if sum(-(-p // k) for p in piles) <= hours)


@takes_one(
    r"""
solve:{[a]
  l:0; r:-1+count a;
  while[l<r; m:(l+r) div 2; $[a[m]>a r;l:m+1;r:m]];
  a l}
""",
    [3, 4, 5, 1, 2],
    [4, 5, 6, 7, 0, 1, 2],
    [11, 13, 15, 17],
    [2, 1],
    [-5],
)
def minimum_of_rotated(nums):
    return min(nums)


@takes(
    "solve:{[m;t] t in raze m}",
    ([[1, 3, 5, 7], [10, 11, 16, 20], [23, 30, 34, 60]], 3),
    ([[1, 3, 5, 7], [10, 11, 16, 20], [23, 30, 34, 60]], 13),
    ([[1]], 1),
    ([[-1], [4]], 5),
)
def search_a_matrix(matrix, target):
    return any(target in row for row in matrix)


@takes(
    r"""
solve:{[a;b]
  s:asc a,b;
  n:count s;
  avg s (n div 2),(n-1) div 2}
""",
    ([1, 3], [2]),
    ([1, 2], [3, 4]),
    ([], [1]),
    ([-5, 0], []),
)
def median_of_two_arrays(a, b):
    s = sorted(a + b)
    return (s[len(s) // 2] + s[(len(s) - 1) // 2]) / 2


@takes_one("solve:{x idesc sum each x}", [[1, 2], [9], [3, 3]], [[5, -5], [-1, 2]], [[1]], [[0, 2], [7, 7, 7], [-3, 4]])
def sort_rows_by_sum(rows):
    return sorted(rows, key=sum, reverse=True)


@takes(
    r"""
solve:{[a;b]
  known:a where a in b;
  (known iasc b?known),asc a except b}
""",
    ([2, 3, 1, 3, 2, 4, 6, 7, 9, 2, 19], [2, 1, 4, 3, 9, 6]),
    ([28, 6, 22, 8, 44, 17], [22, 28, 8, 6]),
    ([1], [1]),
    ([3, 2, 1], []),
)
def relative_sort_array(a, b):
    return sorted(a, key=lambda n: (b.index(n), 0) if n in b else (len(b), n))


# Strings


@takes("solve:{(asc x)~asc y}", ("anagram", "nagaram"), ("rat", "car"), ("", ""), ("a", "ab"), ("a", "a"))
def valid_anagram(s, t):
    return sorted(s) == sorted(t)


@takes_one(
    "solve:{s:lower[x] inter .Q.a,.Q.n;s~reverse s}",
    "A man, a plan, a canal: Panama",
    "race a car",
    " ",
    "0P",
    "x",
)
def valid_palindrome(s):
    kept = [c for c in s.lower() if c.isalnum()]
    return kept == kept[::-1]


@takes_one(
    'solve:{" " sv reverse(" " vs x)except enlist ""}',
    "the sky is blue",
    "  hello world  ",
    "a good   example",
    "x",
)
def reverse_words(s):
    return " ".join(reversed(s.split()))


@takes_one('solve:{" " sv reverse each " " vs x}', "Let's take LeetCode contest", "Mr Ding", "a", "ab  c")
def reverse_each_word(s):
    return " ".join(word[::-1] for word in s.split(" "))


@takes_one(
    'solve:{[s] {[s;p] $[all s like\\:p,"*";p;-1_p]}[s]/[first s]}',
    ["flower", "flow", "flight"],
    ["dog", "racecar", "car"],
    ["alone"],
    ["same", "same"],
    ["ab", "abc", "a"],
)
def longest_common_prefix(words):
    prefix = words[0]
    while not all(word.startswith(prefix) for word in words):
        prefix = prefix[:-1]
    return prefix


@takes_one(
    'solve:{v:("IVXLCDM"!1 5 10 50 100 500 1000)x;sum v*1-2*v<next v}',
    "III",
    "LVIII",
    "MCMXCIV",
    "I",
    "CDXLIV",
)
def roman_to_integer(s):
    values = [dict(zip("IVXLCDM", (1, 5, 10, 50, 100, 500, 1000), strict=True))[c] for c in s]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


@takes_one(
    r"""
solve:{[n]
  v:1000 900 500 400 100 90 50 40 10 9 5 4 1;
  r:" " vs "M CM D CD C XC L XL X IX V IV I";
  s:"";
  i:0;
  while[n>0;
    $[n>=v i;[s,:r i;n-:v i];i+:1]];
  s}
""",
    3,
    58,
    1994,
    1,
    3999,
)
def integer_to_roman(n):
    rows = (
        " M MM MMM",
        " C CC CCC CD D DC DCC DCCC CM",
        " X XX XXX XL L LX LXX LXXX XC",
        " I II III IV V VI VII VIII IX",
    )
    return "".join(row.split(" ")[int(digit)] for row, digit in zip(rows, f"{n:04d}", strict=True))


@takes_one('solve:{count last " " vs trim x}', "Hello World", "   fly me   to   the moon  ", "luffy", "a ")
def length_of_last_word(s):
    return len(s.split()[-1])


@takes_one(
    "solve:{-1^first where 1=(count each group x)x}",
    "leetcode",
    "loveleetcode",
    "aabb",
    "z",
)
def first_unique_character(s):
    return next((i for i, c in enumerate(s) if s.count(c) == 1), -1)


@takes_one(
    "solve:{x value group asc each x}",
    ["eat", "tea", "tan", "ate", "nat", "bat"],
    ["a"],
    ["ab", "ba", "ab"],
    ["x", "yy", "x"],
)
def group_anagrams(words):
    groups = {}
    for word in words:
        groups.setdefault("".join(sorted(word)), []).append(word)
    return list(groups.values())


@takes("solve:{(x?x)~y?y}", ("egg", "add"), ("foo", "bar"), ("paper", "title"), ("a", "b"), ("badc", "baba"))
def isomorphic_strings(s, t):
    return len(set(s)) == len(set(t)) == len(set(zip(s, t, strict=True)))


@takes(
    "solve:{[note;mag] c:count each group note;all(value c)<=0^(count each group mag)key c}",
    ("a", "b"),
    ("aa", "ab"),
    ("aa", "aab"),
    ("abc", "cba"),
)
def ransom_note(note, magazine):
    return Counter(note) <= Counter(magazine)


@takes(
    "solve:{[s;g] g in (til count s)rotate\\:s}",
    ("abcde", "cdeab"),
    ("abcde", "abced"),
    ("a", "a"),
    ("aa", "ab"),
)
def rotate_string(s, goal):
    return len(s) == len(goal) and goal in s + s


@takes_one(
    'solve:{{raze{string[count x],first x}each(where differ x)_x}/[x-1;enlist"1"]}',
    1,
    2,
    4,
    6,
    8,
)
def count_and_say(n):
    text = "1"
    for _ in range(n - 1):
        text = "".join(f"{len(list(run))}{digit}" for digit, run in itertools.groupby(text))
    return text


@takes_one(
    r"""
solve:{[s]
  g:(where differ s) cut s;
  c:raze {(1#x),$[1<count x;string count x;""]} each g;
  $[count[c]<count s;c;s]}
""",
    "aabcccccaaa",
    "abc",
    "a",
    "aaaaaaaaaaaa",
)
def compress_string(s):
    runs = [(c, len(list(run))) for c, run in itertools.groupby(s)]
    packed = "".join(c + (str(n) if n > 1 else "") for c, n in runs)
    return packed if len(packed) < len(s) else s


@takes_one(
    'solve:{raze {("J"$1_x)#first x} each (where x in .Q.a) cut x}',
    "a3b12c1",
    "z2",
    "x1y1",
    "q10q2",
)
def decode_run_lengths(s):
    return "".join(c * int(n) for c, n in re.findall(r"([a-z])(\d+)", s))


@takes_one(
    'solve:{ssr[x;".";"[.]"]}',
    "1.1.1.1",
    "255.100.50.0",
    "none",
    ".",
)
def defang_address(s):
    return s.replace(".", "[.]")


@takes("solve:{sum y in x}", ("aA", "aAAbbbb"), ("z", "ZZ"), ("abc", "cab"), ("q", "q"))
def jewels_and_stones(jewels, stones):
    return Raw(f"{sum(c in jewels for c in stones)}i")


@takes("solve:{[s;i] s iasc i}", ("codeleet", [4, 5, 6, 7, 0, 2, 1, 3]), ("abc", [0, 1, 2]), ("a", [0]), ("ba", [1, 0]))
def shuffle_string(s, indices):
    return "".join(c for _, c in sorted(zip(indices, s, strict=True)))


@takes(
    "solve:{[s;k] .Q.a mod[k+.Q.a?s;26]}",
    ("abc", 1),
    ("xyz", 3),
    ("a", 0),
    ("hello", -7),
)
def caesar_cipher(s, k):
    return "".join(chr((ord(c) - 97 + k) % 26 + 97) for c in s)


@takes_one(
    'solve:{" " sv {$[3>count x;lower x;(upper 1#x),lower 1_x]} each " " vs x}',
    "capiTalIze tHe titLe",
    "First leTTeR of EACH Word",
    "i lOve leetcode",
    "A",
)
def capitalize_title(s):
    return " ".join(w.lower() if len(w) < 3 else w.capitalize() for w in s.split())


@takes_one(
    "solve:{$[x~upper x;1b;x~lower x;1b;(1_x)~lower 1_x]}",
    "USA",
    "FlaG",
    "leetcode",
    "Google",
    "g",
)
def detect_capital(word):
    return word.isupper() or word.islower() or word.istitle()


@takes_one(
    'solve:{raze{$[x in .Q.A;"_",lower x;x]}each x}',
    "camelCaseName",
    "plain",
    "aB",
    "xYZ",
)
def camel_to_snake(s):
    return re.sub("[A-Z]", lambda m: "_" + m[0].lower(), s)


@takes(
    r"""
solve:{[s;n]
  if[n=1; :s];
  rows:(til n),1_-1_reverse til n;
  s iasc (count s)#rows}
""",
    ("PAYPALISHIRING", 3),
    ("PAYPALISHIRING", 4),
    ("A", 1),
    ("AB", 2),
)
def zigzag_conversion(s, n):
    if n == 1:
        return s
    rows = [""] * n
    for i, c in enumerate(s):
        k = i % (2 * n - 2)
        rows[min(k, 2 * n - 2 - k)] += c
    return "".join(rows)


@takes(
    r"""
solve:{[a;b]
  v:{"J"$"." vs x} each (a;b);  v:"J"$"." vs/:(a;b);
  n:max count each v;
  p:{x#y,x#0}[n] each v;
  d:d where 0<>d:(-). p;
  $[count d;"j"$signum first d;0]}
""",
    ("1.2", "1.10"),
    ("1.01", "1.001"),
    ("1.0", "1.0.0.0"),
    ("2", "1.9"),
)
def compare_versions(a, b):
    pairs = itertools.zip_longest(*([int(p) for p in v.split(".")] for v in (a, b)), fillvalue=0)
    return next((1 if p > q else -1 for p, q in pairs if p != q), 0)


@takes(
    r"""
solve:{[a;b]
  n:max count each (a;b);
  d:sum {[n;s] n#("J"$'reverse s),n#0}[n] each (a;b);
  carry:{(x+y) div 10}\[0;d];
  s:reverse (d+0,-1_carry) mod 10;
  s:(last carry),s;
  raze string $[0=first s;1_s;s]}
""",
    ("11", "123"),
    ("456", "77"),
    ("0", "0"),
    ("999", "1"),
)
def add_strings(a, b):
    return str(int(a) + int(b))


@takes(
    r"""
solve:{[a;b]
  x:"J"$'reverse a;
  y:"J"$'reverse b;
  p:(count[x]+count y)#0;
  i:0;
  while[i<count x;
    j:0;
    while[j<count y;
      p[i+j]+:x[i]*y j;
      j+:1];
    i+:1];
  c:0;
  i:0;
  while[i<count p;
    t:c+p i;
    p[i]:t mod 10;
    c:t div 10;
    i+:1];
  s:raze string reverse p;
  $[all s="0";enlist "0";(first where s<>"0")_s]}
""",
    ("2", "3"),
    ("123", "456"),
    ("0", "52"),
    ("999", "99"),
)
def multiply_strings(a, b):
    return str(int(a) * int(b))


@takes_one(
    r"""
solve:{
  best:0;
  w:"";
  i:0;
  while[i<count x;
    c:x i;
    if[c in w; w:(1+w?c)_w];
    w,:c;
    best|:count w;
    i+:1];
  best}
""",
    "abcabcbb",
    "bbbbb",
    "pwwkew",
    "",
    "a",
    "abba",
)
def longest_unique_substring(s):
    subs = (s[i:j] for i in range(len(s)) for j in range(i + 1, len(s) + 1))
    return max((len(t) for t in subs if len(set(t)) == len(t)), default=0)


@takes_one(
    r"""
grow:{[s;l;r]
  while[$[(l>=0)&r<count s;s[l]=s r;0b]; l-:1; r+:1];
  s (l+1)+til 0|r-l+1}
solve:{[s]
  i:til count s;
  c:grow[s] .' flip (i,i;i,i+1);
  c first where n=max n:count each c}
""",
    "babad",
    "cbbd",
    "a",
    "abcda",
    "forgeeksskeegfor",
)
def longest_palindrome(s):
    n = len(s)
    odd = [(i, i) for i in range(n)]
    found = []
    for left, right in odd + [(i, i + 1) for i in range(n)]:
        while left >= 0 and right < n and s[left] == s[right]:
            left, right = left - 1, right + 1
        found.append(s[left + 1 : right])
    return max(found, key=len)


@takes_one(
    r"""
solve:{[s]
  n:count s;
  subs:raze {[s;n;i] (1+til n-i)#\:i _ s}[s;n] each til n;
  "j"$sum {x~reverse x} each subs}
""",
    "abc",
    "aaa",
    "a",
    "abba",
)
def palindromic_substrings(s):
    subs = (s[i:j] for i in range(len(s)) for j in range(i + 1, len(s) + 1))
    return sum(t == t[::-1] for t in subs)


@takes(
    "solve:{[s;t] {[t;i;c] i+c=t i}[s]/[0;t]=count s}",
    ("abc", "ahbgdc"),
    ("axc", "ahbgdc"),
    ("", "abc"),
    ("b", "abc"),
)
def is_subsequence(s, t):
    rest = iter(t)
    return all(c in rest for c in s)


@takes(
    'solve:{[p;s] w:" " vs s;$[count[p]=count w;(p?p)~w?w;0b]}',
    ("abba", "dog cat cat dog"),
    ("abba", "dog cat cat fish"),
    ("aaaa", "dog cat cat dog"),
    ("a", "dog"),
    ("ab", "dog"),
)
def word_pattern(pattern, s):
    words = s.split()
    return len(pattern) == len(words) and [pattern.index(c) for c in pattern] == [words.index(w) for w in words]


@takes_one(
    'solve:{all 0=0 0+/("UDRL"!(1 0;-1 0;0 1;0 -1))x}',
    "UD",
    "LL",
    "U",
    "RULDDLUR",
)
def robot_returns_to_origin(moves):
    return moves.count("U") == moves.count("D") and moves.count("L") == moves.count("R")


MORSE = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."


@takes_one(
    r"""
m:" " vs "MORSE"
solve:{count distinct raze each m .Q.a?/:x}
""".replace("MORSE", MORSE),
    ["gin", "zen", "gig", "msg"],
    ["a"],
    ["abc", "abc"],
    ["et", "a", "i"],
)
def unique_morse_words(words):
    codes = MORSE.split()
    return len({"".join(codes[ord(c) - 97] for c in w) for w in words})


@takes_one(
    'solve:{{$[0=x mod 15;"FizzBuzz";0=x mod 3;"Fizz";0=x mod 5;"Buzz";string x]}each 1+til x}',
    3,
    5,
    15,
    1,
)
def fizz_buzz(n):
    return ["Fizz" * (i % 3 == 0) + "Buzz" * (i % 5 == 0) or str(i) for i in range(1, n + 1)]


@takes_one(
    r"""
solve:{[s]
  v:"aeiouAEIOU";
  i:where s in v;
  @[s;i;:;reverse s i]}
""",
    "hello",
    "leetcode",
    "bcd",
    "aA",
    "",
)
def reverse_vowels(s):
    vowels = [c for c in s if c in "aeiouAEIOU"]
    return "".join(vowels.pop() if c in "aeiouAEIOU" else c for c in s)


@takes_one(
    "solve:{c:count each group x;s:key c;raze c[o]#'o:s idesc value c}",
    "tree",
    "cccaaabb",
    "aab",
    "z",
    "Aabb",
)
def sort_by_frequency(s):
    return "".join(c * n for c, n in Counter(s).most_common())


@takes(
    "solve:{[a;b] w:min count each(a;b);(raze flip w#/:(a;b)),(w _ a),w _ b}",
    ("abc", "pqr"),
    ("ab", "pqrs"),
    ("abcd", "pq"),
    ("a", "b"),
)
def merge_alternately(a, b):
    return "".join(x + y for x, y in itertools.zip_longest(a, b, fillvalue=""))


@takes_one(
    'solve:{"-" sv reverse each reverse 4 cut reverse upper x except "-"}',
    "5F3Z-2e-9-w",
    "2-5g-3-J-a",
    "abcd",
    "x",
)
def license_key(s):
    s = s.replace("-", "").upper()
    head = len(s) % 4
    parts = [s[:head]] if head else []
    return "-".join(parts + [s[i : i + 4] for i in range(head, len(s), 4)])


@takes("solve:{first x ss y}", ("sadbutsad", "sad"), ("leetcode", "leeto"), ("hello", "ll"), ("mississippi", "issip"))
def find_needle(haystack, needle):
    found = haystack.find(needle)
    return None if found < 0 else found


@takes_one(
    r"""
solve:{
  p:"." vs x;
  ok:{$[not count[x] within 1 3;0b;not all x in .Q.n;0b;(1<count x)&"0"=first x;0b;255>="J"$x]};
  $[4=count p;all ok each p;0b]}
""",
    "172.16.254.1",
    "256.1.1.1",
    "1.1.1",
    "01.1.1.1",
    "a.b.c.d",
    "1..2.3",
)
def is_ipv4_address(s):
    return bool(re.fullmatch(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}", s)) and s.count(".") == 3


# Stacks and queues


@takes_one(
    r"""
solve:{
  m:")]}"!"([{";
  st:"";
  i:0;
  while[i<count x;
    c:x i;
    $[c in value m; st,:c;
      not m[c]~last st; :0b;
      st:-1_st];
    i+:1];
  0=count st}
""",
    "()[]{}",
    "(]",
    "([)]",
    "",
    "((",
    "{[]}",
    "]",
)
def valid_parentheses(s):
    while (shorter := s.replace("()", "").replace("[]", "").replace("{}", "")) != s:
        s = shorter
    return not s


@takes_one('solve:{0=count ssr[;"()";""]/[x]}', "(())()", "())(", "", "(", "()")
def balanced_by_rewriting(s):
    depth = list(itertools.accumulate((1 if c == "(" else -1 for c in s), initial=0))
    return min(depth) >= 0 and depth[-1] == 0


@takes_one('solve:{max sums(x="(")-x=")"}', "(1+(2*3)+((8)/4))+1", "()", "((()))", "1+1()")
def maximum_nesting_depth(s):
    return Raw(f"{max(itertools.accumulate((c == '(') - (c == ')') for c in s))}i")


@takes_one(
    "solve:{{[a;i] 0^1+first where a[i]<(i+1)_a}[x]each til count x}",
    [73, 74, 75, 71, 69, 72, 76, 73],
    [30, 40, 50],
    [50],
    [9, 8],
)
def daily_temperatures(temps):
    return [next((j - i for j in range(i, len(temps)) if temps[j] > t), 0) for i, t in enumerate(temps)]


@takes_one(
    r"""
solve:{[a]
  r:(count a)#-1;
  st:0#0;
  i:0;
  while[i<count a;
    while[$[count st;a[i]>a last st;0b];
      r[last st]:a i;
      st:-1_st];
    st,:i;
    i+:1];
  r}
""",
    [2, 1, 2, 4, 3],
    [1, 2, 1],
    [5],
    [],
    [3, 3, -1, 0],
)
def next_greater_element(nums):
    return [next((b for b in nums[i:] if b > a), -1) for i, a in enumerate(nums)]


@takes_one(
    r"""
op:"+-*/"!(+;-;*;{(signum x)*(signum y)*abs[x] div abs y})
step:{[s;t] $[(1=count t)&first[t] in "+-*/";(-2_s),op[first t] . -2#s;s,"J"$t]}
solve:{first step/[`long$();x]}
""",
    ["2", "1", "+", "3", "*"],
    ["4", "13", "5", "/", "+"],
    ["18"],
    ["-7", "2", "/"],
    ["10", "6", "9", "3", "+", "-11", "*", "/", "*", "17", "+", "5", "+"],
)
def evaluate_postfix(tokens):
    stack = []
    for token in tokens:
        if token in "+-*/":
            b, a = stack.pop(), stack.pop()
            stack.append({"+": a + b, "-": a - b, "*": a * b, "/": int(a / b) if b else 0}[token])
        else:
            stack.append(int(token))
    return stack[0]


@takes_one(
    r"""
solve:{
  r:{$[any y~/:("";enlist ".");x;y~"..";-1_x;x,enlist y]}/[();"/" vs x];
  "/",$[count r;"/" sv r;""]}
""",
    "/home/",
    "/home//foo/",
    "/home/user/Documents/../Pictures",
    "/../",
    "/.../a/../b/c/../d/./",
)
def simplify_path(path):
    kept = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept)


@takes_one('solve:{{$[y~last x;-1_x;x,y]}/["";x]}', "abbaca", "azxxzy", "a", "", "aabb")
def remove_adjacent_duplicates(s):
    kept = []
    for c in s:
        if kept and kept[-1] == c:
            kept.pop()
        else:
            kept.append(c)
    return "".join(kept)


@takes('solve:{(~). {$[y="#";-1_x;x,y]}/["";]each(x;y)}', ("ab#c", "ad#c"), ("ab##", "c#d#"), ("a#c", "b"), ("#a", "a"))
def backspace_compare(s, t):
    def typed(text):
        kept = ""
        for c in text:
            kept = kept[:-1] if c == "#" else kept + c
        return kept

    return typed(s) == typed(t)


@takes_one(
    r"""
solve:{[ops]
  st:0#0;
  out:();
  i:0;
  while[i<count ops;
    o:ops i;
    $[o like "push*"; st,:"J"$5_o;
      o~"pop"; st:-1_st;
      o~"min"; out,:min st;
      out,:last st];
    i+:1];
  out}
""",
    ["push -2", "push 0", "push -3", "min", "pop", "top", "min"],
    ["push 1", "top"],
    ["push 2", "push 2", "pop", "min"],
    ["push 5", "push 7", "top", "min", "pop", "top"],
)
def min_stack(ops):
    stack, out = [], []
    for op in ops:
        match op.split():
            case ["push", n]:
                stack.append(int(n))
            case ["pop"]:
                stack.pop()
            case ["min"]:
                out.append(min(stack))
            case _:
                out.append(stack[-1])
    return out


@takes_one(
    r"""
hit:{[st;v]
  while[$[0=count st;0b;(v<0)&(0<last st)&(last st)<neg v]; st:-1_st];
  $[0=count st; st,v;
    (v>0)|0>last st; st,v;
    (last st)=neg v; -1_st;
    st]}
solve:{hit/[0#0;x]}
""",
    [5, 10, -5],
    [8, -8],
    [10, 2, -5],
    [-2, -1, 1, 2],
    [],
)
def asteroid_collision(asteroids):
    left = list(asteroids)
    while True:
        for i, (a, b) in enumerate(itertools.pairwise(left)):
            if a > 0 > b:
                left[i : i + 2] = [] if a == -b else [a if a > -b else b]
                break
        else:
            return left


@takes(
    r"""
solve:{[n;k]
  circle:1+til n;
  while[1<count circle;
    circle:1 _ (k-1) rotate circle];
  first circle}
""",
    (5, 2),
    (6, 5),
    (1, 1),
    (7, 3),
)
def josephus(n, k):
    circle = deque(range(1, n + 1))
    while len(circle) > 1:
        circle.rotate(1 - k)
        circle.popleft()
    return circle[0]


@takes(
    r"""
solve:{[t;k] sum (t[k]-(til count t)>k)&t}
""",
    ([2, 3, 2], 2),
    ([5, 1, 1, 1], 0),
    ([1], 0),
    ([3, 3, 3, 3], 1),
)
def time_to_buy_tickets(tickets, k):
    queue = deque((n, i) for i, n in enumerate(tickets))
    time = 0
    while True:
        time += 1
        n, i = queue.popleft()
        if i == k and n == 1:
            return time
        if n > 1:
            queue.append((n - 1, i))


# Recursion and dynamic programming


@takes_one("solve:{first{(last x;sum x)}/[x;1 1]}", 2, 3, 0, 1, 30)
def climbing_stairs(n):
    a = b = 1
    for _ in range(n):
        a, b = b, a + b
    return a


@takes_one("solve:{x{x,sum -2#x}/0 1}", 0, 1, 5, 20)
def fibonacci_numbers(n):
    numbers = [0, 1]
    for _ in range(n):
        numbers.append(numbers[-1] + numbers[-2])
    return numbers


@takes_one("solve:{$[x<2;x;solve[x-1]+solve x-2]}", 0, 1, 7, 12)
def fibonacci_by_recursion(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@takes_one("solve:{(x-1){(x,0)+0,x}\\enlist 1}", 1, 2, 5, 8)
def pascal_triangle(n):
    return [[math.comb(i, j) for j in range(i + 1)] for i in range(n)]


@takes_one("solve:{last{(x 1;(x 1)|y+x 0)}/[0 0;x]}", [1, 2, 3, 1], [2, 7, 9, 3, 1], [5], [], [2, 1, 1, 2])
def house_robber(nums):
    best = [0, 0]
    for n in nums:
        best.append(max(best[-1], best[-2] + n))
    return best[-1]


@takes_one(
    r"""
rob:{[a] last {[s;v] (s 1;max s+v,0)}/[0 0;a]}
solve:{[a] $[1=count a;first a;(|/)rob each (1_a;-1_a)]}
""",
    [2, 3, 2],
    [1, 2, 3, 1],
    [4],
    [1, 2],
)
def house_robber_in_a_circle(nums):
    n = len(nums)
    best = 0
    for mask in range(1 << n):
        chosen = [i for i in range(n) if mask >> i & 1]
        if n == 1 or all((i + 1) % n not in chosen for i in chosen):
            best = max(best, sum(nums[i] for i in chosen))
    return best


@takes(
    r"""
solve:{[coins;amount]
  d:0,amount#0W;
  i:1;
  while[i<=amount;
    m:min d i-coins where coins<=i;
    if[m<0W; d[i]:1+m];
    i+:1];
  $[0W=last d;-1;last d]}
""",
    ([1, 2, 5], 11),
    ([2], 3),
    ([1], 0),
    ([3, 7], 27),
    ([9], 4),
)
def coin_change(coins, amount):
    reached = {0}
    for count in range(amount + 1):
        if amount in reached:
            return count
        reached = {r + c for r in reached for c in coins if r + c <= amount}
    return -1


@takes(
    r"""
add:{[d;c] i:c; while[i<count d; d[i]+:d i-c; i+:1]; d}
solve:{[amount;coins] last add/[1,amount#0;coins]}
""",
    (5, [1, 2, 5]),
    (3, [2]),
    (10, [10]),
    (0, [7]),
    (12, [5, 1, 2]),
)
def coin_combinations(amount, coins):
    @functools.cache
    def ways(left, k):
        if left == 0:
            return 1
        return sum(ways(left - coins[i], i) for i in range(k, len(coins)) if coins[i] <= left)

    return ways(amount, 0)


@takes_one(
    "solve:{count{[t;v] i:t binr v;$[i=count t;t,v;@[t;i;:;v]]}/[0#0;x]}",
    [10, 9, 2, 5, 3, 7, 101, 18],
    [0, 1, 0, 3, 2, 3],
    [7, 7, 7],
    [],
    [-1],
)
def longest_increasing_subsequence(nums):
    best = []
    for i, n in enumerate(nums):
        best.append(1 + max([b for m, b in zip(nums[:i], best, strict=True) if m < n], default=0))
    return max(best, default=0)


@takes(
    r"""
row:{[b;p;c] 0,{[l;u;d] l|u|d}\[0;1_p;(-1_p)+b=c]}
solve:{[a;b] last row[b]/[(1+count b)#0;a]}
""",
    ("abcde", "ace"),
    ("abc", "abc"),
    ("abc", "def"),
    ("a", "ba"),
    ("bsbininm", "jmjkbkjkv"),
)
def longest_common_subsequence(a, b):
    @functools.cache
    def best(i, j):
        if i == len(a) or j == len(b):
            return 0
        return 1 + best(i + 1, j + 1) if a[i] == b[j] else max(best(i + 1, j), best(i, j + 1))

    return best(0, 0)


@takes(
    r"""
/ the next row of the table of distances: p is the row above
next1:{[b;p;c] s,{y&x+1}\[s:1+first p;(1+1_p)&(-1_p)+b<>c]}
solve:{[a;b] last next1[b]/[til 1+count b;a]}
""",
    ("horse", "ros"),
    ("intention", "execution"),
    ("a", "a"),
    ("", "ab"),
    ("kitten", "sitting"),
)
def edit_distance(a, b):
    @functools.cache
    def cost(i, j):
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j
        if a[i] == b[j]:
            return cost(i + 1, j + 1)
        return 1 + min(cost(i + 1, j), cost(i, j + 1), cost(i + 1, j + 1))

    return cost(0, 0)


@takes("solve:{[m;n] last(m-1)sums/n#1}", (3, 7), (3, 2), (1, 1), (1, 9), (6, 6))
def unique_paths(m, n):
    return math.comb(m + n - 2, m - 1)


@takes_one(
    r"""
row:{[p;o] {[a;b;c] c*a+b}\[0;p;not o]}
solve:{[g] last row/[1,(-1+count first g)#0;g]}
""",
    [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    [[0, 1], [0, 0]],
    [[1]],
    [[0, 0, 0]],
    [[0], [0]],
)
def unique_paths_with_obstacles(grid):
    @functools.cache
    def paths(i, j):
        if i < 0 or j < 0 or grid[i][j]:
            return 0
        return 1 if i == j == 0 else paths(i - 1, j) + paths(i, j - 1)

    return paths(len(grid) - 1, len(grid[0]) - 1)


@takes_one(
    r"""
solve:{[g]
  row:{[p;r] {[a;b;c] c+a&b}\[0W;p;r]};
  last row/[0,(-1+count g 0)#0W;g]}
""",
    [[1, 3, 1], [1, 5, 1], [4, 2, 1]],
    [[1, 2, 3], [4, 5, 6]],
    [[5]],
    [[1], [2]],
    [[1, 2, 3]],
)
def minimum_path_sum(grid):
    @functools.cache
    def cost(i, j):
        if i < 0 or j < 0:
            return math.inf
        return grid[i][j] + (0 if i == j == 0 else min(cost(i - 1, j), cost(i, j - 1)))

    return cost(len(grid) - 1, len(grid[0]) - 1)


@takes_one(
    "solve:{first{y+(1_x)&-1_x}/[reverse x]}",
    [[2], [3, 4], [6, 5, 7], [4, 1, 8, 3]],
    [[-10]],
    [[1], [2, 3]],
    [[0], [0, -1], [5, 1, 1]],
)
def triangle_minimum(rows):
    def best(i, j):
        return rows[i][j] + (min(best(i + 1, j), best(i + 1, j + 1)) if i + 1 < len(rows) else 0)

    return best(0, 0)


@takes_one(
    r"""
solve:{[s]
  f:{[s;d;i]
    one:d[i-1]*"0"<>s i-1;
    two:$[i>1;d[i-2]*("J"$s(i-2),i-1) within 10 26;0];
    d,one+two};
  last f[s]/[enlist 1;1+til count s]}
""",
    "12",
    "226",
    "06",
    "1",
    "2101",
    "11106",
)
def decode_ways(s):
    def ways(rest):
        if not rest:
            return 1
        return sum(ways(rest[k:]) for k in (1, 2) if len(rest) >= k and rest[0] != "0" and int(rest[:k]) <= 26)

    return ways(s)


@takes(
    r"""
solve:{[s;words]
  ok:enlist 1b;
  i:1;
  while[i<=count s;
    w:words where (count each words)<=i;
    ok,:$[count w;any ok[i-count each w]&w~'(neg count each w)#\:i#s;0b];
    i+:1];
  last ok}
""",
    ("leetcode", ["leet", "code"]),
    ("applepenapple", ["apple", "pen"]),
    ("catsandog", ["cats", "dog", "sand", "and", "cat"]),
    ("a", ["a"]),
)
def word_break(s, words):
    return not s or any(s.startswith(w) and word_break(s[len(w) :], words) for w in words)


@takes_one(
    r"""
solve:{[a]
  t:sum a;
  if[t mod 2; :0b];
  (t div 2) in {distinct x,x+y}/[enlist 0;a]}
""",
    [1, 5, 11, 5],
    [1, 2, 3, 5],
    [2, 2],
    [1],
    [],
)
def partition_equal_subset_sum(nums):
    return any(2 * sum(part) == sum(nums) for k in range(len(nums) + 1) for part in itertools.combinations(nums, k))


@takes(
    r"""
solve:{[w;v;cap]
  best:(cap+1)#0;
  best:{[b;w;v] b|v+(w#-0W),neg[w]_b}/[best;w;v];
  last best}
""",
    ([1, 3, 4, 5], [1, 4, 5, 7], 7),
    ([2], [3], 1),
    ([1, 1, 1], [10, 20, 30], 2),
    ([5, 4, 6, 3], [10, 40, 30, 50], 10),
)
def knapsack(weights, values, capacity):
    items = list(zip(weights, values, strict=True))
    choices = (c for k in range(len(items) + 1) for c in itertools.combinations(items, k))
    return max(sum(v for _, v in c) for c in choices if sum(w for w, _ in c) <= capacity)


@takes(
    "solve:{[a;t] sum t={raze x+/:(y;neg y)}/[enlist 0;a]}", ([1, 1, 1, 1, 1], 3), ([1], 1), ([1], 2), ([0, 2, 2], 0)
)
def target_sum(nums, target):
    signs = itertools.product((1, -1), repeat=len(nums))
    return Raw(f"{sum(sum(s * n for s, n in zip(sign, nums, strict=True)) == target for sign in signs)}i")


@takes_one("solve:{{x,x,\\:y}/[enlist 0#0;x]}", [1, 2, 3], [0], [], [5, -5])
def subsets(nums):
    found = [[]]
    for n in nums:
        found += [[*part, n] for part in found]
    return found


@takes_one(
    "solve:{$[2>count x;enlist x;raze{x[y],/:solve x _ y}[x]each til count x]}", [1, 2, 3], [0, 1], [1], [4, -1, 2, 9]
)
def permutations(nums):
    return [list(p) for p in itertools.permutations(nums)]


@takes(
    "solve:{[n;k] $[k=0;enlist 0#0;n<k;();solve[n-1;k],solve[n-1;k-1],\\:n]}",
    (4, 2),
    (1, 1),
    (3, 3),
    (5, 3),
)
def combinations(n, k):
    return sorted(([*c] for c in itertools.combinations(range(1, n + 1), k)), key=lambda c: c[::-1])


@takes_one(
    r"""
gen:{[s;o;c]
  $[(o=0)&c=0;enlist s;
    raze ($[o>0;gen[s,"(";o-1;c];()];$[c>o;gen[s,")";o;c-1];()])]}
solve:{gen["";x;x]}
""",
    1,
    2,
    3,
    4,
)
def generate_parentheses(n):
    def valid(s):
        return all(d >= 0 for d in itertools.accumulate(1 if c == "(" else -1 for c in s)) and s.count("(") == n

    return ["".join(s) for s in itertools.product("()", repeat=2 * n) if valid(s)]


@takes_one(
    r"""
pad:("";"";"abc";"def";"ghi";"jkl";"mno";"pqrs";"tuv";"wxyz")
solve:{{raze x,/:\:y}/[enlist "";pad "J"$'x]}
""",
    "23",
    "2",
    "79",
    "234",
)
def letter_combinations(digits):
    pad = ["", "", "abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"]
    return ["".join(t) for t in itertools.product(*(pad[int(d)] for d in digits))]


@takes_one(
    r"""
place:{[n;c]
  if[n=count c; :1];
  free:(til n) except c,(c+d),c-d:reverse 1+til count c;
  sum 0,place[n] each c,/:free}
solve:{place[x;0#0]}
""",
    1,
    2,
    4,
    5,
    6,
)
def n_queens(n):
    return sum(
        len({p[i] + i for i in range(n)}) == len({p[i] - i for i in range(n)}) == n
        for p in itertools.permutations(range(n))
    )


@takes_one(
    r"""
move:{[n;a;b;c] $[n=0;();move[n-1;a;c;b],(enlist a,c),move[n-1;b;a;c]]}
solve:{move[x;"A";"B";"C"]}
""",
    1,
    2,
    3,
    5,
)
def towers_of_hanoi(n):
    def moves(k, a, b, c):
        return [*moves(k - 1, a, c, b), a + c, *moves(k - 1, b, a, c)] if k else []

    return moves(n, "A", "B", "C")


@takes_one(
    "solve:{$[0>type x;enlist x;raze solve each x]}", [1, [2, [3, 4]], 5], [[[7]]], [1, 2], [[1, -1], [[2], [3, [4]]]]
)
def flatten_nested_list(nested):
    return [n for item in nested for n in (flatten_nested_list(item) if type(item) is list else [item])]


@takes_one(
    "solve:{$[0>type x;0;0=count x;1;1+max solve each x]}",
    [1, [2, [3, 4]], 5],
    [1, 2],
    [[[7]]],
    [[1, -1], [[2], [3, [4]]]],
)
def depth_of_nested_list(nested):
    return 1 + max((depth_of_nested_list(item) for item in nested), default=0) if type(nested) is list else 0


# Matrices


@takes_one("solve:{flip x}", [[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4]], [[5]], [[1, 2, 3]])
def transpose(matrix):
    return [list(column) for column in zip(*matrix, strict=True)]


@takes_one("solve:{reverse each flip x}", [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 2], [3, 4]], [[1]], [[0, -1], [0, 0]])
def rotate_image(matrix):
    return [list(row) for row in zip(*matrix[::-1], strict=True)]


@takes_one(
    r"""
solve:{
  r:();
  while[count x;
    r,:first x;
    x:1_x;
    if[count x; x:reverse flip x]];
  r}
""",
    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
    [[1]],
    [[1, 2, 3]],
    [[1], [2], [3]],
)
def spiral_order(matrix):
    i, j, di, dj = 0, 0, 0, 1
    seen, out = set(), []
    rows, columns = len(matrix), len(matrix[0])
    while len(out) < rows * columns:
        out.append(matrix[i][j])
        seen.add((i, j))
        if not (0 <= i + di < rows and 0 <= j + dj < columns) or (i + di, j + dj) in seen:
            di, dj = dj, -di
        i, j = i + di, j + dj
    return out


@takes_one(
    "solve:{[m] z:m=0;m*not(any each z)|\\:any z}",
    [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
    [[0, 1, 2, 0], [3, 4, 5, 2], [1, 3, 1, 5]],
    [[5]],
    [[-1, 2]],
)
def set_matrix_zeroes(matrix):
    columns = list(zip(*matrix, strict=True))
    return [[0 if 0 in row or 0 in columns[j] else n for j, n in enumerate(row)] for row in matrix]


@takes_one(
    r"""
solve:{[m]
  n:count m;
  d:sum m@'til n;
  e:sum (reverse each m)@'til n;
  (d+e)-$[n mod 2;m . 2#n div 2;0]}
""",
    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[5]],
    [[1, 2], [3, -4]],
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
)
def diagonal_sum(matrix):
    n = len(matrix)
    return sum(matrix[i][j] for i in range(n) for j in range(n) if j in (i, n - 1 - i))


@takes_one(
    "solve:{(-1_/:-1_x)~1_/:1_x}",
    [[1, 2, 3, 4], [5, 1, 2, 3], [9, 5, 1, 2]],
    [[1, 2], [2, 2]],
    [[1, 1], [1, 1]],
    [[4], [5]],
)
def toeplitz_matrix(matrix):
    cells = itertools.product(range(1, len(matrix)), range(1, len(matrix[0])))
    return all(matrix[i][j] == matrix[i - 1][j - 1] for i, j in cells)


@takes(
    "solve:{x{sum x*y}\\:y}",
    ([[1, 2], [3, 4]], [[5, 6], [7, 8]]),
    ([[2]], [[-3]]),
    ([[1, 0, 2]], [[1], [2], [3]]),
    ([[1], [2]], [[3, 4]]),
)
def matrix_product(a, b):
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


@takes_one(
    "solve:{[m] n:count m;$[1=n;m . 0 0;sum(n#1 -1)*(first m)*solve each(1_m)_\\:/:til n]}",
    [[1, 2], [3, 4]],
    [[2, 0, 1], [1, 3, 2], [1, 1, 1]],
    [[7]],
    [[1, 2, 3, 4], [0, 1, 0, 2], [3, 0, 1, 1], [2, 1, 0, 1]],
)
def determinant(matrix):
    total = 0
    for order in itertools.permutations(range(len(matrix))):
        swaps = sum(a > b for a, b in itertools.combinations(order, 2))
        total += (-1) ** swaps * math.prod(matrix[i][j] for i, j in enumerate(order))
    return total


@takes_one(
    r"""
solve:{
  s:flip sum raze {-1 0 1 rotate\:flip x} each -1 0 1 rotate\:x;
  "j"$(s=3)|(x=1)&s=4}
""",
    [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]],
    [[0, 1, 0, 0], [0, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]],
    [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]],
)
def game_of_life_on_a_torus(board):
    rows, columns = len(board), len(board[0])

    def cell(i, j):
        near = sum(board[(i + a) % rows][(j + b) % columns] for a in (-1, 0, 1) for b in (-1, 0, 1)) - board[i][j]
        return int(near == 3 or (board[i][j] and near == 2))

    return [[cell(i, j) for j in range(columns)] for i in range(rows)]


@takes_one(
    r"""
sink:{[g;i;j]
  if[(i<0)|(j<0)|(i>=count g)|j>=count first g; :g];
  if[not g[i;j]; :g];
  g[i;j]:0;
  g:sink[g;i+1;j];
  g:sink[g;i-1;j];
  g:sink[g;i;j+1];
  sink[g;i;j-1]}
solve:{[g]
  n:0;
  i:0;
  while[i<count g;
    j:0;
    while[j<count g i;
      if[g[i;j]; n+:1; g:sink[g;i;j]];
      j+:1];
    i+:1];
  n}
""",
    [[1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 1]],
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
    [[0]],
    [[1]],
    [[1, 1, 1]],
)
def number_of_islands(grid):
    land = {(i, j) for i, row in enumerate(grid) for j, cell in enumerate(row) if cell}
    count = 0
    while land:
        count += 1
        stack = [land.pop()]
        while stack:
            i, j = stack.pop()
            for place in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                if place in land:
                    land.remove(place)
                    stack.append(place)
    return count


@takes(
    r"""
solve:{[img;r;c;v]
  old:img[r;c];
  todo:enlist r,c;
  seen:enlist -1 -1;
  while[count todo;
    p:first todo;
    todo:1_todo;
    if[not p in seen;
      if[(all 0<=p)&all p<(count img),count img 0;
        if[old=img . p;
          seen,:enlist p;
          todo,:p+/:(0 1;1 0;0 -1;-1 0)]]]];
  {[v;m;p] .[m;p;:;v]}[v]/[img;1_seen]}
""",
    ([[1, 1, 1], [1, 1, 0], [1, 0, 1]], 1, 1, 2),
    ([[0, 0, 0], [0, 0, 0]], 0, 0, 0),
    ([[5]], 0, 0, 7),
    ([[1, 2], [1, 1]], 0, 0, 9),
)
def flood_fill(image, r, c, color):
    image = [list(row) for row in image]
    old, stack, seen = image[r][c], [(r, c)], set()
    while stack:
        i, j = place = stack.pop()
        if place in seen or not (0 <= i < len(image) and 0 <= j < len(image[0])) or image[i][j] != old:
            continue
        seen.add(place)
        stack += [(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)]
    for i, j in seen:
        image[i][j] = color
    return image


@takes_one("solve:{max sum each x}", [[1, 2, 3], [3, 2, 1]], [[1, 5], [7, 3], [3, 5]], [[-4]], [[0, 0], [-1, 0]])
def richest_customer(accounts):
    return max(map(sum, accounts))


@takes_one(
    "solve:{v:raze x;v where raze(x=min each x)&x=\\:max x}",
    [[3, 7, 8], [9, 11, 13], [15, 16, 17]],
    [[7, 8], [1, 2]],
    [[1, 10, 4, 2], [9, 3, 8, 7], [15, 16, 17, 12]],
    [[5]],
    [[1, 4], [3, 2]],
)
def lucky_numbers(matrix):
    columns = list(zip(*matrix, strict=True))
    return [n for row in matrix for j, n in enumerate(row) if n == min(row) == max(columns[j])]


@takes_one(
    r"""
ok:{all 2>0,value count each group x where x<>0}
solve:{[b]
  if[not all ok each b; :0b];
  if[not all ok each flip b; :0b];
  i:til count b;
  n:"j"$sqrt count b;
  boxes:value (raze b) group raze (n*i div n)+/:\:i div n;
  all ok each boxes}
""",
    [[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [4, 3, 2, 1]],
    [[1, 2, 3, 4], [2, 3, 4, 1], [3, 4, 1, 2], [4, 1, 2, 3]],
    [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    [[1]],
)
def valid_sudoku(board):
    size = len(board)
    n = math.isqrt(size)
    span = range(size)
    units = [*board, *zip(*board, strict=True)]
    units += [
        [board[i][j] for i in span for j in span if (i // n, j // n) == (a, b)] for a in range(n) for b in range(n)
    ]
    return all(max(Counter(v for v in unit if v).values(), default=1) == 1 for unit in units)


# Bits and number theory


@takes_one("solve:{{0b sv(0b vs x)<>0b vs y}/[0;x]}", [2, 2, 1], [4, 1, 2, 1, 2], [1], [-3, 5, 5])
def single_number(nums):
    return functools.reduce(lambda a, b: a ^ b, nums)


@takes_one('solve:{"j"$sum 0b vs x}', 11, 128, 0, 2147483645)
def number_of_one_bits(n):
    return n.bit_count()


@takes("solve:{sum(0b vs x)<>0b vs y}", (1, 4), (3, 1), (0, 0), (255, 256))
def hamming_distance(a, b):
    return Raw(f"{(a ^ b).bit_count()}i")


@takes_one('solve:{"j"$sum each 0b vs/:til 1+x}', 2, 5, 0, 16)
def counting_bits(n):
    return [i.bit_count() for i in range(n + 1)]


@takes_one("solve:{(x>0)&1=sum 0b vs x}", 1, 16, 3, 0, -8)
def power_of_two(n):
    return n > 0 and n.bit_count() == 1


@takes_one('solve:{2 sv"j"$reverse -32#0b vs x}', 43261596, 4294967293, 0, 1)
def reverse_bits(n):
    return int(f"{n:032b}"[::-1], 2)


@takes_one("solve:{{x,(count x)+reverse x}/[x;enlist 0]}", 0, 1, 2, 4)
def gray_code(n):
    return [i ^ i >> 1 for i in range(1 << n)]


@takes_one(
    "solve:{f:2 vs x;2 sv 1-f}",
    5,
    10,
    1,
    7,
)
def number_complement(n):
    return n ^ ((1 << n.bit_length()) - 1)


@takes(
    r"""
solve:{[a;b]
  n:2 sv "J"$'a;
  m:2 sv "J"$'b;
  raze string 2 vs n+m}
""",
    ("11", "1"),
    ("1010", "1011"),
    ("1", "1"),
    ("0", "1"),
)
def add_binary(a, b):
    return f"{int(a, 2) + int(b, 2):b}"


@takes_one(
    r"""
solve:{[n]
  if[n<3; :0];
  s:n#1b;
  s[0 1]:0b;
  p:2;
  while[n>p*p;
    if[s p; s[(p*p)+p*til ceiling(n-p*p)%p]:0b];
    p+:1];
  count where s}
""",
    10,
    0,
    2,
    3,
    100,
)
def count_primes(n):
    return sum(all(i % d for d in range(2, i)) for i in range(2, n))


@takes_one("solve:{$[x<2;0b;not 0 in x mod 2_til 1+floor sqrt x]}", 7, 1, 9, 2, 4, 97)
def is_prime(n):
    return n > 1 and all(n % d for d in range(2, n))


@takes_one(
    r"""
solve:{[n]
  f:0#0;
  d:2;
  while[n>1;
    $[0=n mod d;[f,:d;n:n div d];d+:1]];
  f}
""",
    12,
    97,
    1,
    360,
    49,
)
def prime_factors(n):
    for d in range(2, n + 1):
        if n % d == 0:
            return [d, *prime_factors(n // d)]
    return []


@takes("solve:{$[y;solve[y;x mod y];x]}", (12, 18), (7, 13), (5, 0), (48, 36))
def greatest_common_divisor(a, b):
    return math.gcd(a, b)


@takes_one(
    r"""
gcd:{while[y;t:y;y:x mod y;x:t];x}
solve:{{(x*y)div gcd[x;y]}/[x]}
""",
    [2, 3, 4],
    [7],
    [6, 10, 15],
    [5, 5],
)
def least_common_multiple(nums):
    return math.lcm(*nums)


@takes_one("solve:{1={sum d*d:10 vs x}/[{not x in 1 4};x]}", 19, 2, 1, 7)
def happy_number(n):
    seen = set()
    while n not in seen:
        seen.add(n)
        n = sum(int(c) ** 2 for c in str(n))
    return n == 1


@takes_one("solve:{{sum 10 vs x}/[x]}", 38, 5, 999999, 10)
def add_digits(n):
    return 1 + (n - 1) % 9


@takes_one("solve:{s~reverse s:string x}", 121, -121, 10, 7, 1221)
def palindrome_number(n):
    return str(n) == str(n)[::-1]


@takes_one('solve:{signum[x]*"J"$reverse string abs x}', 123, -123, 120, 5)
def reverse_integer(n):
    return (n > 0 or -1) * int(str(abs(n))[::-1])


@takes_one("solve:{26 sv 1+.Q.A?x}", "A", "AB", "ZY", "FXSHRXW")
def excel_column_number(title):
    return functools.reduce(lambda n, c: 26 * n + ord(c) - 64, title, 0)


@takes_one('solve:{r:"";while[x>0;x-:1;r:.Q.A[x mod 26],r;x:x div 26];r}', 1, 28, 701, 52)
def excel_column_title(n):
    title = ""
    while n:
        n, rest = divmod(n - 1, 26)
        title = chr(65 + rest) + title
    return title


@takes(
    "solve:{[b;e] $[e=0;1;e mod 2;b*solve[b;e-1];{x*x}solve[b;e div 2]]}",
    (2, 10),
    (-3, 5),
    (7, 0),
    (0, 3),
)
def fast_power(base, exponent):
    return base**exponent


@takes(
    "solve:{[b;e;m] r:1;b:b mod m;while[e>0;if[e mod 2;r:(r*b)mod m];b:(b*b)mod m;e:e div 2];r}",
    (2, 10, 1000),
    (3, 200, 13),
    (7, 0, 5),
    (123456, 789, 1000007),
)
def modular_power(base, exponent, modulus):
    return pow(base, exponent, modulus)


@takes_one("solve:{[n] -1+count{$[x mod 2;1+3*x;x div 2]}\\[{x>1};n]}", 6, 1, 27, 8)
def collatz_steps(n):
    steps = 0
    while n > 1:
        n, steps = (3 * n + 1 if n % 2 else n // 2), steps + 1
    return steps


@takes_one("solve:{d:1_til x;x=sum d where 0=x mod d}", 28, 7, 6, 1)
def perfect_number(n):
    return n == sum(d for d in range(1, n) if n % d == 0)


@takes_one("solve:{{x where 0=y mod x}[1+til x;x]}", 12, 1, 13, 36)
def divisors(n):
    return [d for d in range(1, n + 1) if n % d == 0]


@takes_one("solve:{sum x div prds 12#5}", 3, 5, 0, 100, 30)
def trailing_zeroes_of_factorial(n):
    text = str(math.factorial(n))
    return len(text) - len(text.rstrip("0"))


@takes_one("solve:{last(x-1){m:raze x*/:2 3 5;x,min m where m>last x}/enlist 1}", 10, 1, 7, 25)
def ugly_number(n):
    return sorted(2**a * 3**b * 5**c for a in range(8) for b in range(8) for c in range(8))[n - 1]


# Intervals and greedy choices


@takes_one(
    r"""
solve:{
  x:x iasc x[;0];
  f:{[r;v] $[v[0]<=last last r;(-1_r),enlist(first last r;(last last r)|v 1);r,enlist v]};
  f/[1#x;1_x]}
""",
    [[1, 3], [2, 6], [8, 10], [15, 18]],
    [[1, 4], [4, 5]],
    [[5, 7]],
    [[1, 9], [-3, 2], [3, 4]],
)
def merge_intervals(intervals):
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


@takes(
    r"""
solve:{[iv;new]
  before:iv[;1]<new 0;
  after:iv[;0]>new 1;
  mid:(iv where not before|after),enlist new;
  (iv where before),(enlist(min mid[;0];max mid[;1])),iv where after}
""",
    ([[1, 3], [6, 9]], [2, 5]),
    ([[1, 2], [3, 5], [6, 7], [8, 10], [12, 16]], [4, 8]),
    ([[1, 5]], [6, 8]),
    ([[1, 5]], [-2, -1]),
)
def insert_interval(intervals, new):
    merged = []
    for start, end in sorted([*intervals, new]):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


@takes_one(
    "solve:{x:x iasc first each x;all(1_x[;0])>=-1_x[;1]}",
    [[0, 30], [5, 10], [15, 20]],
    [[7, 10], [2, 4]],
    [[1, 2]],
    [[1, 2], [2, 3]],
)
def can_attend_meetings(meetings):
    return all(a[1] <= b[0] for a, b in itertools.pairwise(sorted(meetings)))


@takes_one(
    r"""
solve:{[m]
  t:m[;1],m[;0];
  d:(n#-1),(n:count m)#1;
  max sums d iasc t}
""",
    [[0, 30], [5, 10], [15, 20]],
    [[7, 10], [2, 4]],
    [[1, 2], [2, 3]],
    [[1, 5], [2, 6], [3, 7]],
)
def meeting_rooms(meetings):
    return max(sum(a <= t < b for a, b in meetings) for t, _ in meetings)


@takes_one(
    "solve:{x:x iasc x[;1];(count x)-last{$[y[0]<x 0;x;(y 1;1+x 1)]}/[(-0W;0);x]}",
    [[1, 2], [2, 3], [3, 4], [1, 3]],
    [[1, 2], [1, 2], [1, 2]],
    [[1, 2]],
    [[1, 100], [11, 22], [1, 11], [2, 12]],
)
def non_overlapping_intervals(intervals):
    for size in range(len(intervals), 0, -1):
        for kept in itertools.combinations(sorted(intervals), size):
            if all(a[1] <= b[0] for a, b in itertools.pairwise(kept)):
                return len(intervals) - size
    return 0


@takes_one(
    r"""
solve:{[a]
  reach:{[r;i;v] $[i>r;r;r|i+v]}/[0;til count a;a];
  reach>=-1+count a}
""",
    [2, 3, 1, 1, 4],
    [3, 2, 1, 0, 4],
    [0],
    [0, 1],
)
def jump_game(nums):
    reached = {0}
    for i, n in enumerate(nums):
        if i in reached:
            reached |= set(range(i, i + n + 1))
    return len(nums) - 1 in reached


@takes_one(
    r"""
solve:{[a]
  jumps:0;
  end:0;
  far:0;
  i:0;
  while[i<-1+count a;
    far|:i+a i;
    if[i=end; jumps+:1; end:far];
    i+:1];
  jumps}
""",
    [2, 3, 1, 1, 4],
    [2, 3, 0, 1, 4],
    [0],
    [1, 1, 1],
)
def fewest_jumps(nums):
    best = [0] + [math.inf] * (len(nums) - 1)
    for i, n in enumerate(nums):
        for j in range(i + 1, min(i + n + 1, len(nums))):
            best[j] = min(best[j], best[i] + 1)
    return best[-1]


@takes(
    "solve:{[gas;cost] d:gas-cost;$[0>sum d;-1;(1+s?min s:sums d)mod count d]}",
    ([1, 2, 3, 4, 5], [3, 4, 5, 1, 2]),
    ([2, 3, 4], [3, 4, 3]),
    ([5], [4]),
    ([3, 1, 1], [1, 2, 2]),
)
def gas_station(gas, cost):
    n = len(gas)
    for start in range(n):
        tank = itertools.accumulate(gas[(start + i) % n] - cost[(start + i) % n] for i in range(n))
        if min(tank) >= 0:
            return start
    return -1


@takes(
    r"""
solve:{[g;s]
  g:asc g;
  s:asc s;
  i:0;
  do[count s; if[i<count g; if[s[0]>=g i; i+:1]]; s:1_s];
  i}
""",
    ([1, 2, 3], [1, 1]),
    ([1, 2], [1, 2, 3]),
    ([5], []),
    ([10, 9, 8, 7], [5, 6, 7, 8]),
)
def assign_cookies(greed, sizes):
    return max(
        k
        for k in range(len(greed) + 1)
        if k <= len(sizes)
        and all(a <= b for a, b in zip(sorted(greed)[:k], sorted(sizes)[len(sizes) - k :], strict=True))
    )


@takes_one(
    r"""
solve:{[bills]
  pay:{[till;b]
    if[b=5; :till+1 0];
    if[b=10; :till+-1 1];
    till+$[0<till 1;-1 -1;-3 0]};
  states:pay\[0 0;bills];
  all 0<=raze states}
""",
    [5, 5, 5, 10, 20],
    [5, 5, 10, 10, 20],
    [10],
    [5, 5, 5, 20],
    [5],
)
def lemonade_change(bills):
    fives = tens = 0
    for bill in bills:
        if bill == 5:
            fives += 1
        elif bill == 10:
            fives, tens = fives - 1, tens + 1
        elif tens:
            fives, tens = fives - 1, tens - 1
        else:
            fives -= 3
        if fives < 0:
            return False
    return True


@takes_one(
    r"""
solve:{
  e:maxs (last each group x) x;
  ends:where e=til count x;
  1_deltas -1,ends}
""",
    "ababcbacadefegdehijhklij",
    "eccbbbbdec",
    "a",
    "abc",
)
def partition_labels(s):
    sizes, start = [], 0
    for end in range(1, len(s) + 1):
        if not set(s[start:end]) & set(s[end:]):
            sizes.append(end - start)
            start = end
    return sizes


@takes_one(
    r"""
solve:{[r]
  f:{1,1{[n;b] $[b;n+1;1]}\1_x>prev x};
  sum f[r]|reverse f reverse r}
""",
    [1, 0, 2],
    [1, 2, 2],
    [5],
    [1, 3, 4, 5, 2],
)
def candy(ratings):
    given = [1] * len(ratings)
    for _ in ratings:
        for i, j in [
            *itertools.pairwise(range(len(ratings))),
            *((b, a) for a, b in itertools.pairwise(range(len(ratings)))),
        ]:
            if ratings[j] > ratings[i]:
                given[j] = max(given[j], given[i] + 1)
    return sum(given)


@takes(
    r"""
solve:{[p;limit]
  p:asc p;
  n:0;
  while[count p;
    h:last p;
    p:-1_p;
    if[count p; if[limit>=h+p 0; p:1_p]];
    n+:1];
  n}
""",
    ([1, 2], 3),
    ([3, 2, 2, 1], 3),
    ([3, 5, 3, 4], 5),
    ([], 4),
)
def boats_to_save_people(people, limit):
    @functools.cache
    def boats(left):
        if not left:
            return 0
        rest = left[:-1]
        alone = 1 + boats(rest)
        pairs = [1 + boats(rest[:i] + rest[i + 1 :]) for i, p in enumerate(rest) if p + left[-1] <= limit]
        return min([alone, *pairs])

    return boats(tuple(sorted(people)))


@takes_one(
    "solve:{x:x iasc x[;1];x:x idesc x[;0];{(y[1]#x),enlist[y],y[1]_x}/[();x]}",
    [[7, 0], [4, 4], [7, 1], [5, 0], [6, 1], [5, 2]],
    [[6, 0], [5, 0], [4, 0], [3, 2], [2, 2], [1, 4]],
    [[5, 0]],
    [[5, 1], [5, 0]],
)
def queue_by_height(people):
    queue = []
    for person in sorted(people, key=lambda p: (-p[0], p[1])):
        queue.insert(person[1], person)
    return queue


@takes(
    "solve:{[n;f] p:0,f,0;i:1;while[i<=count f;if[not any p[i-1],p[i],p i+1;p[i]:1;n-:1];i+:1];n<=0}",
    (1, [1, 0, 0, 0, 1]),
    (2, [1, 0, 0, 0, 1]),
    (1, [0]),
    (0, [1]),
)
def can_place_flowers(n, bed):
    free = [i for i, b in enumerate(bed) if not any(bed[max(0, i - 1) : i + 2])]
    return any(all(b - a > 1 for a, b in itertools.pairwise(c)) for c in itertools.combinations(free, n))


# Graphs and trees


@takes(
    r"""
solve:{[n;edges;s;t]
  adj:{[a;e] @[@[a;e 0;,;e 1];e 1;,;e 0]}/[n#enlist 0#0;edges];
  t in {[adj;v] asc distinct v,raze adj v}[adj]/[enlist s]}
""",
    (3, [[0, 1], [1, 2], [2, 0]], 0, 2),
    (6, [[0, 1], [0, 2], [3, 5], [5, 4], [4, 3]], 0, 5),
    (1, [], 0, 0),
    (2, [[0, 1]], 1, 0),
)
def path_exists(n, edges, start, target):
    reached = {start}
    for _ in range(n):
        reached |= {b for e in edges for a, b in (e, e[::-1]) if a in reached}
    return target in reached


@takes(
    r"""
solve:{[n;edges]
  l:{[l;e] @[l;where l=l e 1;:;l e 0]}/[til n;edges];
  count distinct l}
""",
    (5, [[0, 1], [1, 2], [3, 4]]),
    (5, [[0, 1], [1, 2], [2, 3], [3, 4]]),
    (4, []),
    (3, [[0, 1], [1, 0]]),
)
def connected_components(n, edges):
    groups = [{i} for i in range(n)]
    for a, b in edges:
        one = next(g for g in groups if a in g)
        two = next(g for g in groups if b in g)
        if one is not two:
            groups.remove(two)
            one |= two
    return len(groups)


@takes(
    r"""
solve:{[n;pre]
  left:til n;
  ord:0#0;
  while[count left;
    busy:pre[;0] where not pre[;1] in ord;
    free:left except busy;
    if[not count free; :0#0];
    ord,:free;
    left:left except free];
  ord}
""",
    (4, [[1, 0], [2, 0], [3, 1], [3, 2]]),
    (2, [[1, 0], [0, 1]]),
    (2, [[0, 1]]),
    (3, [[2, 1], [1, 2]]),
)
def course_order(n, prerequisites):
    order, left = [], list(range(n))
    while left:
        free = [c for c in left if all(b in order for a, b in prerequisites if a == c)]
        if not free:
            return []
        order += free
        left = [c for c in left if c not in free]
    return order


@takes(
    r"""
solve:{[adj;s]
  dist:@[(count adj)#-1;s;:;0];
  q:enlist s;
  while[count q;
    u:first q;
    q:1_q;
    v:adj[u] where 0>dist adj u;
    dist[v]:1+dist u;
    q,:v];
  dist}
""",
    ([[1, 2], [3], [3], [4], []], 0),
    ([[1], [0], []], 0),
    ([[], [0, 2], [1]], 2),
    ([[1, 2], [2, 0], [0, 1]], 1),
)
def breadth_first_distances(adjacency, start):
    distance, queue = {start: 0}, deque([start])
    while queue:
        u = queue.popleft()
        for v in adjacency[u]:
            if v not in distance:
                distance[v] = distance[u] + 1
                queue.append(v)
    return [distance.get(v, -1) for v in range(len(adjacency))]


@takes(
    r"""
/ relax every edge until nothing changes
solve:{[edges;n;k]
  d:@[n#0W;k;:;0];
  relax:{[d;e] $[0W=d e 0;d;@[d;e 1;&;e[2]+d e 0]]};
  d:relax/[;edges]/[d];
  $[0W in d;-1;max d]}
""",
    ([[1, 0, 1], [1, 2, 1], [2, 3, 1]], 4, 1),
    ([[0, 1, 1]], 2, 0),
    ([[0, 1, 1]], 2, 1),
    ([[0, 1, 4], [0, 2, 1], [2, 1, 2]], 3, 0),
)
def network_delay_time(edges, n, start):
    distance = {start: 0}
    for _ in range(n):
        for a, b, w in edges:
            if a in distance:
                distance[b] = min(distance.get(b, math.inf), distance[a] + w)
    return max(distance.values()) if len(distance) == n else -1


@takes_one(
    "solve:{{[d;k] d&d[;k]+\\:d k}/[x;til count x]}",
    [[0, 3, 1000], [1000, 0, 2], [1, 1000, 0]],
    [[0]],
    [[0, 5], [7, 0]],
    [[0, 1, 9, 9], [9, 0, 1, 9], [9, 9, 0, 1], [1, 9, 9, 0]],
)
def shortest_paths_between_all(weights):
    n = len(weights)
    d = [list(row) for row in weights]
    for k, i, j in itertools.product(range(n), repeat=3):
        d[i][j] = min(d[i][j], d[i][k] + d[k][j])
    return d


@takes(
    "solve:{[n;t] in1:sum each(1+til n)=\\:t[;1];out:sum each(1+til n)=\\:t[;0];-1^1+first where(in1=n-1)&out=0}",
    (2, [[1, 2]]),
    (3, [[1, 3], [2, 3]]),
    (3, [[1, 3], [2, 3], [3, 1]]),
    (4, [[1, 3], [1, 4], [2, 3], [2, 4], [4, 3]]),
)
def town_judge(n, trust):
    for person in range(1, n + 1):
        if sum(b == person for _, b in trust) == n - 1 and all(a != person for a, _ in trust):
            return person
    return -1


@takes_one(
    r"""
paint:{[adj;c;u;k]
  if[0<=c u; :$[c[u]=k;c;@[c;u;:;2]]];
  c[u]:k;
  paint[adj;;;1-k]/[c;adj u]}
solve:{[adj]
  c:{[adj;c;u] $[0>c u;paint[adj;c;u;0];c]}[adj]/[(count adj)#-1;til count adj];
  not 2 in c}
""",
    [[1, 3], [0, 2], [1, 3], [0, 2]],
    [[1, 2], [0, 2], [0, 1]],
    [[1], [0], [3], [2]],
    [[1, 4], [0, 2], [1, 3], [2, 4], [3, 0]],
)
def is_bipartite(adjacency):
    n = len(adjacency)
    return any(
        all(colors[u] != colors[v] for u in range(n) for v in adjacency[u])
        for colors in itertools.product((0, 1), repeat=n)
    )


@takes_one(
    "solve:{(count x)=count{asc distinct y,raze x y}[x]/[enlist 0]}",
    [[1], [2], [3], []],
    [[1, 3], [3, 0, 1], [2], [0]],
    [[]],
    [[1], [0]],
)
def keys_and_rooms(rooms):
    opened = {0}
    for _ in rooms:
        opened |= {key for room in opened for key in rooms[room]}
    return len(opened) == len(rooms)


@takes_one(
    "solve:{[p] {[p;i] n:0;while[0<=p i;i:p i;n+:1];n}[p]each til count p}",
    [-1, 0, 0, 1, 3],
    [-1],
    [1, 2, -1],
    [-1, 0, 1, 2],
)
def depths_from_parents(parents):
    def depth(i):
        return 0 if parents[i] < 0 else 1 + depth(parents[i])

    return [depth(i) for i in range(len(parents))]


@takes_one(
    "solve:{$[0=count x;0;1+max solve each 1_x]}",
    [3, [9, EMPTY, EMPTY], [20, [15, EMPTY, EMPTY], [7, EMPTY, EMPTY]]],
    [1, EMPTY, EMPTY],
    EMPTY,
    [1, EMPTY, [2, EMPTY, [3, EMPTY, EMPTY]]],
)
def depth_of_a_tree(tree):
    return 0 if tree is EMPTY else 1 + max(map(depth_of_a_tree, tree[1:]))


@takes_one(
    "solve:{$[count x;raze(solve x 1;x 0;solve x 2);()]}",
    [2, [1, EMPTY, EMPTY], [3, EMPTY, EMPTY]],
    [1, EMPTY, EMPTY],
    [1, EMPTY, [2, [3, EMPTY, EMPTY], EMPTY]],
    [4, [2, [1, EMPTY, EMPTY], [3, EMPTY, EMPTY]], EMPTY],
)
def inorder_walk(tree):
    return [] if tree is EMPTY else [*inorder_walk(tree[1]), tree[0], *inorder_walk(tree[2])]


# Dictionaries and tables


@takes_one("solve:{d:count each group x;k:asc key d;(k;d k)}", "banana", "z", "hello world", "aab")
def letter_counts(s):
    counts = Counter(s)
    return ["".join(sorted(counts)), [counts[c] for c in sorted(counts)]]


@takes(
    "solve:{[k;v] sum each v group k}",
    ([Sym("a"), Sym("b"), Sym("a")], [1, 2, 3]),
    ([Sym("x")], [-5]),
    ([Sym("b"), Sym("a"), Sym("b")], [0, 7, 0]),
    ([Sym("k"), Sym("k"), Sym("k")], [1, 1, 1]),
)
def totals_by_key(keys, values):
    totals = {}
    for key, value in zip(keys, values, strict=True):
        totals[str(key)] = totals.get(str(key), 0) + value
    return totals


@takes(
    "solve:{[d;e] d+e}",
    ({"a": 1, "b": 2}, {"b": 10, "c": 20}),
    ({"a": 1}, {"a": -1}),
    ({"x": 5, "y": 6}, {"z": 7}),
    ({"b": 0, "a": 3}, {"a": 4, "b": 1}),
)
def add_dictionaries(d, e):
    return {key: d.get(key, 0) + e.get(key, 0) for key in {**d, **e}}


@takes_one(
    "solve:{(value x)!key x}",
    {"a": 1, "b": 2},
    {"one": -1},
    {"x": 3, "y": 2, "z": 1},
    {"k": 0, "j": 5},
)
def invert_dictionary(d):
    return {value: Sym(key) for key, value in d.items()}


@takes(
    r"""
solve:{[names;sal;dept]
  t:([]n:names;s:sal;d:dept);
  exec n from t where s=(max;s) fby d}
""",
    ([Sym("joe"), Sym("jim"), Sym("henry"), Sym("sam"), Sym("max")], [70, 90, 80, 60, 90], [1, 1, 2, 2, 1]),
    ([Sym("amy")], [5], [1]),
    ([Sym("a"), Sym("b")], [1, 2], [1, 2]),
    ([Sym("a"), Sym("b"), Sym("c")], [-3, -2, -1], [9, 9, 9]),
)
def highest_paid_by_department(names, salaries, departments):
    tops = {d: max(s for s, e in zip(salaries, departments, strict=True) if e == d) for d in departments}
    return [Sym(n) for n, s, d in zip(names, salaries, departments, strict=True) if tops[d] == s]


@takes_one(
    "solve:{t:([]s:x);first exec s from `s xdesc select distinct s from t where s<max s}",
    [100, 200, 300],
    [100],
    [5, 5, 3],
    [-1, -2],
)
def second_highest_salary(salaries):
    ordered = sorted(set(salaries), reverse=True)
    return ordered[1] if len(ordered) > 1 else None


@takes(
    "solve:{[c;o] exec c from ([]c) where not c in o}",
    ([1, 2, 3, 4], [3, 1]),
    ([1, 2], []),
    ([5], [5]),
    ([7, 8], [9, 9]),
)
def customers_without_orders(customers, orders):
    return [c for c in customers if c not in orders]


@takes(
    r"""
solve:{[dept;pay]
  t:([]dept;pay);
  r:select total:sum pay,n:count i by dept from t;
  (exec dept from r;exec total from r;exec n from r)}
""",
    ([Sym("b"), Sym("a"), Sym("b")], [1, 2, 3]),
    ([Sym("x")], [9]),
    ([Sym("q"), Sym("p"), Sym("q"), Sym("p")], [1, -1, 0, 5]),
    ([Sym("c"), Sym("c")], [4, 4]),
)
def payroll_by_department(departments, pay):
    names = sorted(set(departments))
    chosen = [[p for d, p in zip(departments, pay, strict=True) if d == name] for name in names]
    return [[Sym(n) for n in names], [sum(c) for c in chosen], [len(c) for c in chosen]]


@takes(
    "solve:{[id;temp] t:([]id;temp);exec id from t where temp>prev temp,i>0}",
    ([1, 2, 3, 4], [10, 25, 20, 30]),
    ([1], [5]),
    ([7, 8], [-3, -5]),
    ([1, 2, 3], [1, 1, 2]),
)
def rising_temperature(ids, temps):
    return [i for i, (a, b) in zip(ids[1:], itertools.pairwise(temps), strict=True) if b > a]


@takes_one(
    "solve:{t:([]email:x);r:select n:count i by email from t;exec email from r where n>1}",
    [Sym("a"), Sym("c"), Sym("a"), Sym("c"), Sym("b")],
    [Sym("z"), Sym("z")],
    [Sym("z"), Sym("y"), Sym("y")],
    [Sym("m"), Sym("k"), Sym("k"), Sym("m"), Sym("m")],
)
def duplicate_emails(emails):
    return [Sym(e) for e in sorted(set(emails)) if emails.count(e) > 1]


@takes(
    r"""
solve:{[k;v;names]
  l:([]k;v);
  r:([k:key names] nm:value names);
  t:l lj r;
  exec nm from t}
""",
    ([Sym("a"), Sym("b"), Sym("a")], [1, 2, 3], {"a": 10, "b": 20}),
    ([Sym("a"), Sym("c")], [1, 2], {"a": 10, "b": 20}),
    ([Sym("z")], [1], {"z": -4, "y": 3}),
    ([Sym("q"), Sym("q")], [0, 0], {"a": 1, "b": 2}),
)
def names_by_left_join(keys, values, names):
    return [names.get(str(k)) for k in keys]


@takes(
    "solve:{[price;qty] t:update v:price*qty from ([]price;qty);t:delete from t where qty<2;sum t`v}",
    ([1, 2, 3], [1, 2, 3]),
    ([5], [1]),
    ([-1, 4], [2, 2]),
    ([10, 20, 30, 40], [0, 1, 2, 3]),
)
def value_of_bulk_orders(prices, quantities):
    return sum(p * q for p, q in zip(prices, quantities, strict=True) if q > 1)


@takes(
    "solve:{[n;s] r:`s xdesc `n xasc ([]n;s);r:update place:1+i from r;flip value flip r}",
    ([Sym("b"), Sym("a"), Sym("c")], [1, 2, 2]),
    ([Sym("x")], [0]),
    ([Sym("x"), Sym("w")], [5, 5]),
    ([Sym("p"), Sym("q"), Sym("r")], [-1, -2, -3]),
)
def league_table(names, scores):
    ordered = sorted(zip(names, scores, strict=True), key=lambda t: (-t[1], t[0]))
    return [[n, s, i + 1] for i, (n, s) in enumerate(ordered)]


@takes_one(
    'solve:{r:flip`word`n!(key d;value d:count each group `$" " vs x);exec first word from r where n=max n}',
    "the cat and the dog",
    "one",
    "b a b a b",
    "x y y x y z",
)
def most_common_word(text):
    return Sym(Counter(text.split()).most_common(1)[0][0])


# More walks, counts and simulations


@takes(
    r"""
solve:{[cmds]
  d:(0 1;1 0;0 -1;-1 0);
  step:{[d;s;c]
    $[c="L";@[s;2;{(x+3)mod 4}];
      c="R";@[s;2;{(x+1)mod 4}];
      (s[0 1]+d s 2),s 2]};
  step[d]/[0 0 0;cmds]}
""",
    ("GGLLGG",),
    ("GG",),
    ("GL",),
    ("",),
    ("RGRGLG",),
)
def robot_walk(commands):
    place, way = 0j, 1j
    for c in commands:
        if c == "G":
            place += way
        else:
            way *= 1j if c == "L" else -1j
    return [int(place.real), int(place.imag), [1j, 1, -1j, -1].index(way)]


@takes_one(
    r"""
solve:{[bits]
  i:0;
  n:count bits;
  while[i<n-1; i+:1+bits i];
  i=n-1}
""",
    [1, 0, 0],
    [1, 1, 1, 0],
    [0],
    [1, 1, 0],
)
def one_bit_and_two_bit(bits):
    text = "".join(map(str, bits))
    return bool(re.fullmatch("(?:0|1[01])*", text[:-1]))


@takes("solve:{[n] where{[s;k] @[s;where 0=(1+til count s)mod k;not]}/[n#0b;1+til n]}", (10,), (1,), (4,), (0,))
def bulb_switcher(n):
    return [i - 1 for i in range(1, n + 1) if sum(i % d == 0 for d in range(1, i + 1)) % 2]


@takes_one('solve:{max 0,count each"0"vs x}', "110111", "0000", "1", "101")
def longest_run_of_ones(s):
    return max(map(len, s.split("0")))


@takes_one(
    "solve:{d:reverse x;0=(sum{$[x>9;x-9;x]}each d*(count d)#1 2)mod 10}",
    [4, 5, 3, 9, 1, 4, 8, 8, 0, 3, 4, 3, 6, 4, 6, 7],
    [7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3],
    [0],
    [5],
    [1, 8],
)
def luhn_check(digits):
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


@takes(
    "solve:{[a;b] sqrt sum d*d:a-b}",
    ([0, 0], [3, 4]),
    ([1], [1]),
    ([1, 2, 3], [-1, -2, -3]),
    ([0.5, 1.5], [2.5, 0.0]),
)
def euclidean_distance(a, b):
    return math.dist(a, b)


@takes_one("solve:{(avg x;med x;dev x)}", [1, 2, 3, 4], [5], [2, 2, 2], [-1, 0, 7])
def average_median_deviation(nums):
    ordered = sorted(nums)
    n = len(nums)
    mean = sum(nums) / n
    middle = (ordered[n // 2] + ordered[(n - 1) // 2]) / 2
    return [mean, middle, math.sqrt(sum((v - mean) ** 2 for v in nums) / n)]


@takes(
    "solve:{[h;m] d:abs(30*h mod 12)+(m%2)-6*m;d&360-d}",
    (12, 30),
    (3, 30),
    (3, 15),
    (12, 0),
)
def clock_angle(hour, minutes):
    angle = abs((hour % 12) * 30 + minutes / 2 - minutes * 6)
    return float(min(angle, 360 - angle))


@takes(
    "solve:{[s;k] raze{$[y mod 2;x;reverse x]}'[c;til count c:k cut s]}",
    ("abcdefg", 2),
    ("abcd", 4),
    ("a", 3),
    ("abcdef", 1),
)
def reverse_every_other_chunk(s, k):
    chunks = [s[i : i + k] for i in range(0, len(s), k)]
    return "".join(c if i % 2 else c[::-1] for i, c in enumerate(chunks))


@takes_one("solve:{(count x)=count distinct x}", "abcd", "hello", "", "a")
def all_characters_differ(s):
    return len(set(s)) == len(s)


@takes_one("solve:{x~asc[x]}", [1, 2, 2], [2, 1], [], [-3])
def is_sorted(nums):
    return nums == sorted(nums)


@takes_one("solve:{first x where 1<(count each group x)x}", [1, 3, 4, 2, 2], [3, 1, 3, 4, 2], [1, 1], [5, 6])
def first_repeated(nums):
    return next((n for n in nums if nums.count(n) > 1), None)


@takes_one(
    "solve:{$[10h=type x;`text;0>type x;`atom;0h=type x;`mixed;`vector]}",
    "abc",
    5,
    [1, 2],
    [1, "ab"],
    [[1], [2, 3]],
    "",
)
def kind_of_value(value):
    if isinstance(value, str):
        return Sym("text")
    if isinstance(value, int):
        return Sym("atom")
    return Sym("vector" if all(isinstance(v, int) for v in value) else "mixed")


@takes_one('solve:{ssr/[x;("one";"two";"three");enlist each"123"]}', "onetwo", "three", "none", "a two b")
def words_to_digits(s):
    return s.replace("one", "1").replace("two", "2").replace("three", "3")


@takes(
    "solve:{[f;x] (`double`square`negate!(2*;{x*x};neg))[f]x}",
    (Sym("double"), 5),
    (Sym("square"), -3),
    (Sym("negate"), 7),
    (Sym("square"), [1, 2]),
)
def named_operation(name, value):
    apply = {"double": lambda v: 2 * v, "square": lambda v: v * v, "negate": lambda v: -v}[str(name)]
    return [apply(v) for v in value] if isinstance(value, list) else apply(value)


@takes("solve:{[t;n] @[{$[x<0;'`negative;sqrt x]};n;{[t;e] t,e}t]}", ("bad:", -4), ("x", -1), ("", 9), ("", 16))
def guarded_square_root(prefix, n):
    return prefix + "negative" if n < 0 else math.sqrt(n)


# Other ways of saying things


@takes_one("solve:{(-':)[0;x]}", [3, 5, 2], [7], [-1, -1], [1, 4, 9, 16])
def differences_by_each_prior(nums):
    return [b - a for a, b in itertools.pairwise([0, *nums])]


@takes_one("solve:{1_(>':)x}", [1, 3, 2, 2, 5], [4, 3], [-2, -1], [0, 0, 1])
def rises(nums):
    return [b > a for a, b in itertools.pairwise(nums)]


@takes_one("solve:{count where 1_{not x~y}prior x}", ["ab", "ab", "cd"], ["x", "y"], ["q", "q"], ["a", "bb", "a", "a"])
def changes_between_neighbours(words):
    return sum(a != b for a, b in itertools.pairwise(words))


@takes("solve:{x cross y}", ([1, 2], [3, 4]), ([5], [6, 7]), ([-1], [-1]), ([1, 2, 3], [0]))
def cartesian_product(a, b):
    return [list(p) for p in itertools.product(a, b)]


@takes_one("solve:{rank x}", [40, 10, 30], [5], [2, 2, 1], [-1, 0, -5])
def ranks(nums):
    order = sorted(range(len(nums)), key=lambda i: nums[i])
    return [order.index(i) for i in range(len(nums))]


@takes_one("solve:{1+(asc distinct x)?x}", [40, 10, 20, 30], [100, 100, 100], [37, 12, 28, 9, 100, 56, 80, 5, 12], [-7])
def rank_transform(nums):
    ordered = sorted(set(nums))
    return [ordered.index(n) + 1 for n in nums]


@takes_one("solve:{0^fills x}", [None, 1, None, 3], [5], [None, None], [1, None, None, -2])
def fill_forward(nums):
    out, last = [], 0
    for n in nums:
        last = last if n is None else n
        out.append(last)
    return out


@takes(
    "solve:{count each group x xbar y}", (10, [1, 5, 12, 19, 30]), (5, [4]), (2, [-1, 0, 1]), (100, [5, 99, 100, 250])
)
def histogram(width, nums):
    return dict(Counter(n // width * width for n in nums))


@takes("solve:{[x;lo;hi] x where x within(lo;hi)}", ([1, 5, 9], 2, 9), ([3], 4, 5), ([-1, 0, 1], -1, 0), ([], 0, 1))
def within_range(nums, low, high):
    return [n for n in nums if low <= n <= high]


@takes(
    'solve:{","sv string asc distinct raze"J"$","vs/:x}',
    (["3,1", "2,3"],),
    (["5"],),
    (["-1,4", "4", "0"],),
    (["10,9,8"],),
)
def merge_number_strings(lines):
    return ",".join(map(str, sorted({int(n) for line in lines for n in line.split(",")})))


@takes_one('solve:{p:"="vs/:"&"vs x;(`$p[;0])!p[;1]}', "a=1&b=22", "k=v", "x=&y=zz", "q=a b&r=c")
def query_string(text):
    return dict(part.split("=") for part in text.split("&"))


@takes(
    "solve:{.[x;y;:;z]}",
    ([[1, 2], [3, 4]], [0, 1], 9),
    ([[5]], [0, 0], -1),
    ([[1, 2, 3], [4, 5, 6]], [1, 2], 0),
    ([[7, 8]], [0, 0], 8),
)
def set_cell(matrix, place, value):
    return [[value if [i, j] == place else n for j, n in enumerate(row)] for i, row in enumerate(matrix)]


@takes("solve:{@[x;y;+;1]}", ([0, 0, 0], [0, 2, 0]), ([5], [0]), ([1, 2], []), ([-1, 0, 1], [1, 1, 1]))
def tally(counts, places):
    return [n + places.count(i) for i, n in enumerate(counts)]


@takes(
    "solve:{[n;ops] {.[x;enlist y[0]+til 1+y[1]-y 0;+;y 2]}/[n#0;ops]}",
    (5, [[1, 3, 2], [2, 4, 3], [0, 2, -2]]),
    (1, [[0, 0, 7]]),
    (3, []),
    (4, [[0, 3, 1], [0, 3, 1]]),
)
def range_additions(n, ops):
    out = [0] * n
    for start, end, value in ops:
        for i in range(start, end + 1):
            out[i] += value
    return out


@takes("solve:{[a;b] .[div;(a;b);0N]}", (7, 2), (-7, 2), (9, 3), (0, 5))
def floor_division(a, b):
    return a // b


@takes('solve:{[s] .[{"J"$x};enlist s;-1]}', ("12",), ("-7",), ("abc",), ("0",))
def parse_number_or_null(s):
    return int(s) if re.fullmatch(r"-?\d+", s) else None


@takes_one("solve:{raze over x}", [[1, [2, 3]], [[4]]], [[5, 6], [7]], [[[[8]]]], [[1, 2], [3, [4, [5, 6]]]])
def raze_over(nested):
    return flatten_nested_list(nested)


@takes("solve:{[n;x] n xprev x}", (1, [1, 2, 3]), (2, [5]), (-1, [1, 2, 3]), (0, [4, 4]))
def shifted(n, nums):
    return [nums[i - n] if 0 <= i - n < len(nums) else None for i in range(len(nums))]


@takes("solve:{[x;i;n] (i;n)sublist x}", ([1, 2, 3, 4], 1, 2), ([1, 2], 1, 5), ([9], 0, 1), ("hello", 2, 2))
def part_of_a_list(items, start, length):
    return items[start : start + length]


@takes("solve:{x wavg y}", ([1, 2], [10, 20]), ([1], [5]), ([1, 1, 1], [1, 2, 6]), ([0, 3], [100, -1]))
def weighted_average(weights, values):
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


@takes(
    "solve:{(x union y;x inter y;x except y)}",
    ([1, 2, 2], [2, 3]),
    ([5, 6], [6]),
    ([1, 2], [3, 4, 4]),
    ([7, 8, 7], [8]),
)
def set_operations(a, b):
    return [list(dict.fromkeys(a + b)), [n for n in a if n in b], [n for n in a if n not in b]]


@takes_one(
    "solve:{[t] u:ungroup([]k:til count t;v:t);flip value flip u}",
    [[1, 2], [3, 4]],
    [[5, 6]],
    [[1], [2, 3]],
    [[-1, -1], [0], [7, 8, 9]],
)
def ungrouped(lists):
    return [[i, v] for i, part in enumerate(lists) for v in part]


@takes(
    "solve:{[flags;a;b] ?[flags;a;b]}",
    ([True, False], [1, 3], [5, 7]),
    ([False], [9], [-9]),
    ([True, True], [0, 1], [2, 2]),
    ([False, True, False], [5, 2, 3], [-1, -2, -3]),
)
def vector_conditional(flags, a, b):
    return [x if flag else y for flag, x, y in zip(flags, a, b, strict=True)]


@takes(
    "solve:{[s;v] r:select lst:last v,m:max v by s from([]s;v);value flip value r}",
    ([Sym("a"), Sym("b"), Sym("a")], [5, 3, 1]),
    ([Sym("a")], [9]),
    ([Sym("c"), Sym("c"), Sym("b")], [0, -1, 7]),
    ([Sym("x"), Sym("y")], [2, 2]),
)
def last_and_maximum_by_name(names, values):
    groups = {n: [v for m, v in zip(names, values, strict=True) if m == n] for n in sorted(set(names))}
    return [[g[-1] for g in groups.values()], [max(g) for g in groups.values()]]


@takes('solve:{[n] raze string{$[10>x;x;"abcdef"x-10]}each 16 vs n}', (255,), (10,), (4096,), (7,))
def to_hexadecimal(n):
    return f"{n:x}"


@takes_one('solve:{16 sv"0123456789abcdef"?lower x}', "ff", "1A", "7", "deadbeef")
def from_hexadecimal(text):
    return int(text, 16)


@takes_one("solve:{24 60 60 vs x}", 3661, 86399, 60, 45296)
def hours_minutes_seconds(seconds):
    return [seconds // 3600, seconds // 60 % 60, seconds % 60]


@takes_one('solve:{" "sv(neg max count each s)$/:s:string x}', [1, 22, 333], [5], [-1, 10], [100, 7, 7])
def right_aligned(nums):
    width = max(len(str(n)) for n in nums)
    return " ".join(f"{n:>{width}}" for n in nums)


@takes_one('solve:{upper first each" "vs x}', "portable network graphics", "x", "as soon as", "Hyper Text")
def acronym(text):
    return "".join(w[0] for w in text.split()).upper()


@takes("solve:{[f;n] f:(`inc`dec!(1+;-1+))f;n f/0}", (Sym("inc"), 5), (Sym("dec"), 3), (Sym("inc"), 0), (Sym("dec"), 1))
def repeat_a_function(name, n):
    return n if name == "inc" else -n


@takes("solve:{[n] f:('[{x+3};{x*2}]);f n}", (1,), (0,), (-4,), ([1, 2],))
def composed(n):
    return [2 * v + 3 for v in n] if isinstance(n, list) else 2 * n + 3


@takes_one("solve:{total::0;{total::total+x}each x;total}", [1, 2, 3], [5], [], [-1, 1])
def total_in_a_global(nums):
    return sum(nums)


@takes("solve:{[a;b] (a~b;a=b;a<b)}", (1, 1), (1, 2), (-1, -2), (0, 5))
def three_comparisons(a, b):
    return [a == b, a == b, a < b]


@takes_one("solve:{[w] w idesc count each w}", ["a", "ccc", "bb"], ["x"], ["ab", "abc", "abcd"], ["zz", "z"])
def longest_words_first(words):
    return sorted(words, key=len, reverse=True)


@takes_one("solve:{asc x}", ["pear", "apple", "fig"], ["b", "a"], ["ab", "abc", "a"], ["x"])
def sorted_words(words):
    return sorted(words)


@takes_one(
    "solve:{`${raze string x}each flip(x;til count x)}",
    [Sym("a"), Sym("b")],
    [Sym("k")],
    [Sym("x"), Sym("x"), Sym("y")],
    [Sym("long"), Sym("n")],
)
def numbered_symbols(names):
    return [Sym(f"{n}{i}") for i, n in enumerate(names)]


@takes_one('solve:{(x like"a*")or x like"*[0-9]"}', "abc", "xyz9", "zzz", "b")
def like_patterns(text):
    return text.startswith("a") or text[-1].isdigit()


@takes_one("solve:{x:`u`v!x;x[`u]+:1;x,enlist[`w]!enlist sum x}", [1, 2], [0, 0], [-5, 5], [10, -3])
def update_and_extend_a_dictionary(pair):
    u, v = pair[0] + 1, pair[1]
    return {"u": u, "v": v, "w": u + v}


@takes_one("solve:{d:`b`c`a!x;(key asc d;key desc d;d?max d)}", [2, 3, 1], [9, -1, 4], [0, 5, 7], [1, 2, 3])
def ordered_dictionary(values):
    d = dict(zip("bca", values, strict=True))
    ordered = [Sym(k) for k in sorted(d, key=d.get)]
    return [ordered, ordered[::-1], ordered[-1]]


@takes_one("solve:{d:`a`b`c!x;(where d>1;`a _ d;`a`c#d)}", [1, 2, 3], [5, 0, 0], [2, 2, 2], [0, 9, -9])
def cut_dictionaries(values):
    d = dict(zip("abc", values, strict=True))
    names = [Sym(k) for k in d if d[k] > 1]
    return [names, {"b": d["b"], "c": d["c"]}, {"a": d["a"], "c": d["c"]}]

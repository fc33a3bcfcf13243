/ Arithmetic
a:<int>
b:<small>
a+b
a-b
b-a
a*b
a%b
a mod b
a div b
neg a
b xexp <small>
<small>*<small>+<small>
(<small>*<small>)+<small>
<int>-<int>-<int>
abs <int>-<int>
floor <float>
ceiling <float>
sqrt <int>
signum <int>-<int>
a<b
a>=b
a=b
a<>b
a|b
a&b
a within 10 60
reciprocal <small>
<float>+<float>
<float>*<small>
<small> xbar a
floor 0.5+<float>
10 xexp <small>
log <int>%<small>
a,b
0=a mod <small>
<int>+<int>*<small>

/ Lists
x:<int7>
y:<int7>
x
count x
sum x
prd 3#x
x+<small>
x*x
x+y
x-y
first x
last x
reverse x
<small>#x
neg[<small>]#x
2_x
-2_x
x 1
x[0 2 4]
x where x><int>
where x><int>
max x
min x
avg x
med x
distinct x,y
x,<int>
<int>,x
x?<int>
<int> in x
x in y
til <small>
<small>+til <small>
2*til <small>
1 rotate x
3 cut x
0 2 5 cut x
enlist <int>
x>y
any x><int>
all x><int>
(x;y)
count each (x;2#y)
raze (2#x;3#y)
x(0;2)
2#enlist 3#x
(til 3)+\:til 3
reverse each 2 cut x
x except <int>

/ Iterators
x:<int5>
y:<int5>
+/[x]
(+/) x
(+\) x
(*/) 1+til <small>
(*\) 1+til <small>
(|/) x
(&\) x
(|\) x
sum each (x;y)
x+'y
x,'y
x+/:2#y
(2#x)+\:y
(2#x)*/:\:2#y
{x*x} each x
{x+<small>} each x
{2*x}\[<small>;1]
{2*x}/[<small>;1]
{x+y}/[<int>;x]
{x+y}\[0;x]
max each (x;y;x+y)
count each ("<word>";"<word>";"<word>")
upper each ("<word>";"<word>")
{x,y}/[(1 2;3;4 5)]
{x>y}':[x]
-':[x]
deltas x
{[a;b]a+2*b}'[x;y]
x{x+y*y}'y
{x xexp 2} each x
(+) over x
(+) scan x
reverse each ("<word>";"<word>")
{$[x>50;x-50;x]} each x
{x div 2}\[{x>0};<int>]
raze {x#x} each 1 2 3
first each (x;y)
(first;last;max)@\:x

/ Sorting and searching
x:<int7>
s:<sym5>
asc x
desc x
iasc x
idesc x
rank x
x iasc x
x idesc x
asc s
desc s
s iasc s
distinct asc x
<small>#desc x
(asc x)0
asc distinct x mod <small>
(asc x) bin <int>
0 20 40 60 bin <int3>
x?max x
s?last s
s where x[til 5]>50
asc "<word>"
desc "<word>"
asc ("b";"a";"c")
group x mod 3
x=max x
where x=min x
iasc s
3#idesc x
(desc x)til 2
x iasc neg x
s rank 5#x
reverse asc x
count distinct x mod 4
differ asc x mod 3

/ Strings
s:"<word4>"
t:"<word>"
s
count s
upper s
reverse s
first s
last t
3#s
-4#s
5_s
" " vs s
count " " vs s
"-" sv " " vs s
" " sv reverse " " vs s
ssr[s;"a";"o"]
ssr[s;" ";"_"]
s like "*e*"
t like "<word>"
s ss "e"
t,"s"
t,"-",t
s in "aeiou"
sum s in "aeiou"
s where s in "aeiou"
s except " "
distinct s
trim "  <word> "
string <int>
string `<word>
`$t
`$" " vs s
10$t
-10$t
lower upper t
t="e"
where t="a"
raze " " vs s
count each " " vs s
first each " " vs s
s?"e"
t~reverse t
2 cut t
"," vs "<word>,<word>,<word>"
"," sv ("<word>";"<word>")
"<word>"~"<word>"
max count each " " vs s
@[t;0;upper]
.Q.s1 t
asc t
group t
enlist each t
raze string <int4>

/ Casts and types
x:<float4>
n:<int4>
`int$x
`long$x
`float$n
"j"$x
"J"$"<int>"
"F"$"<float>"
"I"$" " vs "<int4>"
"D"$"<iso>"
`$"<word>"
`$("<word>";"<word>")
string `<word>
string n
string <float>
type <int>
type <float>
type "<word>"
type `<word>
type n
type x
type each (<int>;<float>;"a";`<word>)
`long$"A"
"c"$97 98 99
`boolean$0 1 2
"i"$"<word>"
`char$65 66 67
`month$<date>
"S"$"<word>"
"B"$"1"
0b vs 5h
2 vs <int>
10 vs <int>
2 sv 1 0 1 1
10 sv <small3>
16 vs <int>
`short$<int>
floor x
.Q.ty n
null "J"$"<word>"
"J"$("<int>";"<word>")
1b+1b
not n

/ Dictionaries
d:<sym4>!<int4>
e:<sym3>!<int3>
d
e
key d
value d
count d
d+<small>
d*2
d+e
d,e
sum d
max d
avg d
d?max d
where d><int>
desc d
asc d
first d
(key d)!reverse value d
(value d)!key d
d (key d) 0 2
2#d
d except <int>
key asc d
group "<word>"
count each group "<word>"
group <small7>
(`a`b`c!1 2 3)`b
`a`b`c!(1 2;3 4 5;`x)
neg d
d>50
`z in key d
`<word> in key d
(enlist `k)!enlist <int>
flip `a`b!(<int3>;<int3>)
(til 3)!<sym3>
key[d] where value[d]>40
@[d;first key d;+;1]
@[d;last key d;:;0]
(first key d) _ d
sum each `a`b!(<int3>;<int2>)
d[`missing]
type d
d=max d
string key d

/ Tables
t:([]sym:<sym5>;px:<float5>;qty:<int5>)
t
count t
cols t
meta t
t`px
t 0
first t
last t
2#t
-2#t
select from t where px><float>
select from t where qty><int>
select sym,qty from t
select from t where sym=first sym
exec qty from t
exec sym!px from t
exec sum qty from t
select max px,min qty from t
select total:sum px*qty from t
select n:count i by big:qty>50 from t
select avg px by qty mod 2 from t
update value:px*qty from t
update qty:0 from t where qty<50
delete px from t
delete from t where qty><int>
`qty xasc t
`px xdesc t
`sym xkey t
`name xcol t
select last sym by qty>40 from t
select from t where qty=max qty
reverse t
t where t[`qty]>50
select sym from `qty xdesc t
exec first sym from t
sum t`qty
select i,sym from t
distinct select b:qty>50 from t
update rank:rank qty from t
t[`sym]?`<word>
`qty`sym xcols t
select from t where i<2
count select from t where px>50
exec avg px from t
select qty wavg px from t

/ Grouping and joining tables
t:([]k:`a`b`a`c`b;v:<int5>)
p:([k:`a`b`c]w:<int3>)
t
p
select sum v by k from t
select avg v,n:count i by k from t
exec sum v by k from t
select v by k from t
t lj p
t ij 2#p
select from t where k=`a
select from t where k in `a`b
update s:sum v by k from t
update v-avg v by k from t
p `a
p[`b;`w]
key p
value p
0!p
keys p
`k xgroup t
ungroup select v by k from t
t,([]k:enlist `d;v:enlist <int>)
t uj ([]k:`x`y;u:1 2)
p upsert (`d;<int>)
select first v,last v by k from t
`v xdesc t
select k,r:v*w from t lj p
exec distinct k from t
select max v by k from t where v>20
count each group t`k
distinct t`k
select from t where v=(max;v) fby k
1!t
update d:deltas v from t
update run:sums v by k from t
select cnt:count v by k from t

/ Functions
f:{x+<small>}
g:{[a;b]a+<small>*b}
h:{$[x<10;`small;x<50;`medium;`large]}
fac:{$[x<2;1;x*.z.s x-1]}
fib:{$[x<2;x;.z.s[x-1]+.z.s x-2]}
f <int>
f <int4>
f each <int3>
g[<int>;<int>]
g[<int3>;<small>]
g[<int>] each <small3>
h <int>
h each <int4>
fac <small>
fac each 1+til 5
fib <small>
fib each til 8
g[;2] <int>
{x*x} <int>
{x+y}[<int>;<int>]
{x,y,z}[1;2;3]
(f') <int3>
f f <int>
{[n]sum 1+til n}<int>
{sum x where 0=x mod 2}<int5>
{x~reverse x}"<word>"
{count distinct x}"<word>"
@[f;<int>;{"failed"}]
@[{'x};"oops";{"failed: ",x}]
.[g;(<int>;<int>)]
.[{x+y};(1;`a);{x}]
{r:0;i:0;while[i<x;r+:i;i+:1];r}<int>
{r:1;do[x;r*:2];r}<small>
{if[x<0;:`negative];`ok}<int>
{all 0<>x mod 2_til x} each <int4>
value "f <int>"
type f
f
g

/ Dates and times
d:<date>
t:<time>
d
d+<int>
d-<int>
d+til 3
d-<date>
d><date>
`year$d
`mm$d
`dd$d
`month$d
d.year
d.mm
d mod 7
`week$d
t
t+<small>
`hh$t
`uu$t
t><time>
asc <date3>
max <date3>
<date3>
deltas asc <date3>
type d
type t
string d
<time>+<time>
"D"$"<iso>"
`date$2024.01.15D10:30:00
2024.01.15D10:30:00+0D01:00:00
12:00:00-<small>
t within 08:00 18:00
60 xbar `minute$t
5 xbar t
(`month$d)+1
`date$`month$d
<date> within (d;d+365)
d=`date$d

/ Nulls and truth
x:0N <int> 0N <int> <int>
b:<bool6>
x
null x
0^x
fills x
sum x
avg x
count x
x where not null x
sum null x
b
not b
where b
sum b
any b
all b
b&not b
0N+<int>
0N<<int>
null 0n
1%0
-1%0
x=0N
max x
<int>~<int>
<int3>~<int3>
(1 2;3)~(1 2;3)
`a=`a
1 2 3=1 5 3
"abc"="abd"
0N~0n
reverse fills reverse x
$[any b;`yes;`no]
?[b;`t;`f]
b?1b
0|x
<int>^0N
prev b

/ Sets
x:<small6>
y:<small5>
x union y
x inter y
x except y
distinct x
distinct x,y
x in y
all (x inter y) in x
count distinct x
x?y
group x
count each group x
x within 3 6
x where x within 3 6
where x in y
(distinct x)except y
asc x union y
<sym3> union <sym3>
<sym4> inter <sym4>
`<word> in <sym4>
"<word>" inter "<word>"
"<word>" except "aeiou"
x cross 2#y
0=count x except y
sum x in y
(asc distinct x)~asc distinct y
differ x
x where differ x

/ Running figures
x:<int8>
3 mavg x
3 msum x
2 mmax x
2 mmin x
3 mcount x
sums x
prds 4#x
maxs x
mins x
avgs x
deltas x
ratios 4#x
prev x
next x
2 xprev x
x-prev x
x>prev x
1_deltas x
sum x>avg x
var x
dev x
x-avg x
-1_x
x%sum x
(sums x)%1+til count x
reverse sums reverse x
max x-mins x
x=maxs x
sums x>50
3 xprev x
last sums x
x wavg reverse x
10 xbar x
x cor reverse x
2 xrank x

/ Matrices
m:3 cut <small9>
n:(<float3>;<float3>;<float3>)
m
n
flip m
m 0
m[;1]
m[1;2]
sum m
sum each m
max each m
m+1
m*2
m+m
raze m
count m
reverse m
reverse each m
n mmu n
m[0]*m[1]
sum m[0]*m[1]
flip 2#m
m,enlist <small3>
m,'1 2 3
max max m
sum sum m
3 3#til 9
2 3#<int6>
m[0 2]
m .(1;1)
m[;0 2]
(til 3)=/:til 3
{x=/:x} til 3
avg each m
avg m
m=max max m
sum m@'til 3
.[m;(0;0);:;0]
@[m;1;reverse]
m>4
where each m>4

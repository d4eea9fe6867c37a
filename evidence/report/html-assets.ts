/** Style of the report's page: light and dark, for a phone, a screen and paper. */
export const style = `
:root{--ink:#1a1f26;--quiet:#57606a;--paper:#f6f7f9;--card:#fff;--line:#d8dee4;--soft:#eef1f4;--link:#0550ae;--shade:0 1px 2px rgb(27 31 36/.06),0 4px 16px rgb(27 31 36/.05);
--holds:#176b30;--does-not-hold:#c21c2b;--unknown:#8a5d00;--stale:#ad4600;--waived:#7640c9;--not-applicable:#8c959f;--not-due:#d5dbe1;--good:#2da44e;--bad:#d1242f;--open:#c69026;--old:#e16f24;--let:#8957e5}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b3;--paper:#0d1117;--card:#151b23;--line:#30363d;--soft:#1e252e;--link:#79b8ff;--shade:none;
--holds:#3fb950;--does-not-hold:#ff7b72;--unknown:#d9a531;--stale:#f0883e;--waived:#bc8cff;--not-applicable:#6e7681;--not-due:#30363d;--good:#3fb950;--bad:#f85149;--open:#d29922;--old:#f0883e;--let:#a371f7}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:8rem}
body{margin:0 auto;max-width:76rem;padding:1.5rem;font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
h1{margin:0;font-size:1.7rem;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}h2{margin:0 0 .75rem;font-size:1.2rem}h3{margin:1.5rem 0 .25rem;font-size:.95rem;color:var(--quiet);text-transform:none}
p{margin:.25rem 0}a{color:var(--link)}
code{font:.875em/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;border-radius:.5rem;z-index:3}
header,section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.25rem 1.5rem;margin-bottom:1.25rem;box-shadow:var(--shade)}
header{border-top:.4rem solid var(--does-not-hold)}header.go{border-top-color:var(--holds)}
.verdict{display:flex;flex-wrap:wrap;gap:1rem 1.75rem;align-items:center}.verdict>div{flex:1 1 20rem}
.stamp{margin:0;padding:.6rem 1.4rem;border:3px solid;border-radius:.8rem;font-size:2rem;line-height:1.2;font-weight:750;letter-spacing:-.01em;white-space:nowrap}
.stamp.go{color:var(--holds)}.stamp.no-go{color:var(--does-not-hold)}
.note{color:var(--quiet);font-size:.875rem}.doubt{margin:.6rem 0 0;padding:.4rem .75rem;border-left:.25rem solid var(--open);background:var(--soft);border-radius:.35rem;font-size:.9rem}
.progress{margin:1.1rem 0 .9rem}.progress svg{height:1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.6rem,1fr));gap:.5rem;list-style:none;margin:0;padding:0}
.tiles li{background:var(--soft);border-radius:.6rem;padding:.45rem .6rem;font-size:.85rem;white-space:nowrap}.tiles b{font-size:1.3rem;font-variant-numeric:tabular-nums}.tiles b::after{content:"\\A";white-space:pre}.tiles .none b{color:var(--quiet);font-weight:400}
.actions{margin:0;padding-left:2.2rem}.actions li{overflow-wrap:anywhere;margin:0;padding:.55rem 0;border-top:1px solid var(--line)}.actions li::marker{color:var(--quiet);font-variant-numeric:tabular-nums}.actions:first-of-type li:first-child{border-top:0}
.command{background:var(--soft);border-radius:.35rem;padding:.15rem .45rem;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.more summary{cursor:pointer;padding:.5rem 0;color:var(--link)}
table{width:100%;border-collapse:collapse}
th,td{padding:.3rem .6rem;text-align:left;vertical-align:top;font-weight:400;border-bottom:1px solid var(--line)}
thead th{font-size:.8rem;color:var(--quiet)}tbody tr:last-child>*{border-bottom:0}
.links{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.9rem 0 0;padding:0;font-size:.9rem}
.bars{list-style:none;margin:0;padding:0;columns:2;column-gap:2.5rem}.bars li{display:grid;grid-template-columns:minmax(0,1.2fr) minmax(0,1fr) 3.6rem;gap:.75rem;align-items:center;break-inside:avoid;padding:.28rem 0;font-size:.95rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin-bottom:.6rem;font-size:.85rem;color:var(--quiet)}.legend span{display:inline-flex;gap:.35rem;align-items:center}.legend span:last-child{margin-left:auto}.legend svg{width:.7rem;height:.7rem}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1.25rem}
.steps{list-style:none;margin:0;padding:0}.steps li{display:grid;grid-template-columns:1.25em minmax(0,1.4fr) minmax(0,1fr) 6.2rem 5rem;gap:.6rem;align-items:center;padding:.22rem 0;font-size:.9rem;border-bottom:1px solid var(--line)}.steps .bar{border-radius:.2rem}.steps li:last-child{border-bottom:0}.steps .number{color:var(--quiet)}
.watched{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.75rem;list-style:none;margin:0;padding:0}.watched li{background:var(--soft);border-radius:.6rem;padding:.65rem .85rem;display:grid;grid-template-columns:1fr auto;gap:.2rem .5rem;font-size:.9rem;border-left:3px solid var(--holds)}.watched li.above{border-left-color:var(--does-not-hold)}.watched svg,.watched .number{grid-column:1/-1}.watched .number{text-align:left;white-space:normal;color:var(--quiet);font-size:.8rem}.watched b{font-size:1.15rem;font-variant-numeric:tabular-nums}
.watched path{fill:none;stroke:var(--link);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.watched line{stroke:var(--line)}.watched line.objective{stroke:var(--old);stroke-dasharray:5 4;stroke-width:1.5}.watched text{fill:var(--quiet);font-size:11px}
.sections td,.sections th{vertical-align:middle}.sections td:nth-child(2){width:46%}.sections th:first-child,.sections td:last-child{padding-left:0;padding-right:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;width:100%}
.bar{height:.8rem;border-radius:.4rem;overflow:hidden;background:var(--soft)}
rect.holds,g.holds{fill:var(--good)}rect.does-not-hold,g.does-not-hold{fill:var(--bad)}rect.unknown,g.unknown{fill:var(--open)}rect.stale{fill:var(--old)}rect.waived{fill:var(--let)}rect.not-applicable{fill:var(--not-applicable)}rect.not-due{fill:var(--not-due)}
figure{margin:0 0 1.25rem}figcaption{color:var(--quiet);font-size:.875rem;margin-bottom:.5rem}
.chart,.wide{overflow-x:auto}.chart svg{min-width:34rem}
.chart text{fill:var(--quiet);font-size:11px}.chart line{stroke:var(--line)}.timeline g.own>*{stroke:var(--ink);stroke-width:2}
.chart line.objective,.spark line.objective{stroke:var(--old);stroke-dasharray:5 4;stroke-width:1.5}
.sparks{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.6rem;list-style:none;margin:0;padding:0}
.sparks li{background:var(--soft);border-radius:.6rem;padding:.55rem .75rem;font-size:.85rem;display:grid;gap:.25rem}.sparks .name{overflow-wrap:anywhere}.sparks .number{text-align:left;color:var(--quiet)}
.spark{height:2.5rem}.spark path{fill:none;stroke:var(--link);stroke-width:1.75}.spark circle{fill:var(--link)}
.mark{display:inline-block;width:1.25em;text-align:center;font-weight:700}
.mark.holds,.state.holds,td.holds{color:var(--holds)}.mark.does-not-hold,.state.does-not-hold,td.does-not-hold{color:var(--does-not-hold)}.mark.unknown,.state.unknown,td.unknown{color:var(--unknown)}.mark.stale,.state.stale,td.stale{color:var(--stale)}.mark.waived,.state.waived,td.waived{color:var(--waived)}.mark.not-applicable,.mark.not-due{color:var(--quiet)}
.item{border-bottom:1px solid var(--line)}
.item>summary{display:flex;gap:.6rem;cursor:pointer;padding:.4rem .25rem;border-radius:.4rem;list-style:none}.item>summary::-webkit-details-marker{display:none}
.item>summary::after{content:"";width:.5rem;height:.5rem;margin:.45rem .2rem 0;border:solid var(--quiet);border-width:0 1.5px 1.5px 0;transform:rotate(45deg);flex:none}.item[open]>summary::after{transform:rotate(225deg);margin-top:.7rem}
.item>summary:hover{background:var(--soft)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.id{min-width:3.5rem;font-variant-numeric:tabular-nums}.words{flex:1;overflow-wrap:anywhere}.state{white-space:nowrap;font-size:.9rem;color:var(--quiet)}
.item>p,.item>.wide{margin:.25rem 0 .75rem 1.9rem;overflow-wrap:anywhere}
.controls th[scope=col],.controls td.state{white-space:nowrap;overflow-wrap:normal}.now small{color:var(--quiet)}.controls td:last-child{min-width:11rem}.controls{font-size:.85rem;min-width:44rem;background:var(--soft);border-radius:.5rem}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1.25rem;align-items:center;background:var(--card);padding:.6rem 0;border-bottom:1px solid var(--line);position:sticky;top:0;z-index:2}
.filter[hidden]{display:none}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem .4rem;align-items:center}legend{float:left;margin-right:.5rem}
.chip{border:1px solid var(--line);border-radius:2rem;padding:.1rem .7rem .1rem .5rem;font-size:.85rem;cursor:pointer}.chip:has(:checked){background:var(--soft);border-color:var(--quiet)}
input[type=search]{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--quiet);border-radius:.5rem;padding:.3rem .6rem;width:16rem;max-width:100%}
.filter [role=status]{color:var(--quiet);font-size:.875rem;margin-left:auto}
footer{color:var(--quiet);font-size:.875rem}
@media (max-width:40rem){body{padding:.6rem}header,section{padding:1rem;border-radius:.7rem}.stamp{font-size:1.6rem}.item>summary{flex-wrap:wrap;gap:.1rem .5rem}.id{min-width:2.6rem}.words{flex:1 0 60%}.state{margin-left:1.75rem;order:4;flex-basis:100%}.item>p,.item>.wide{margin-left:.25rem}.filter{position:static}.tiles{grid-template-columns:repeat(2,1fr)}.bars{columns:1}.bars li{grid-template-columns:minmax(0,1.5fr) minmax(0,1fr) 4rem}.pair{grid-template-columns:minmax(0,1fr);gap:0}.steps li{grid-template-columns:1.25em minmax(0,1fr) auto}.steps .bar{grid-column:2/-1;grid-row:2}.steps .number:last-child{display:none}.sparks{grid-template-columns:repeat(2,minmax(0,1fr))}.chart{overflow:visible}.chart svg{min-width:0;overflow:visible;padding-left:2.4rem}.chart text{font-size:20px}.timeline g>*{transform-box:fill-box;transform-origin:center;scale:1.6}.actions{padding-left:1.6rem}html{scroll-padding-top:1rem}}
@media (min-width:40.01rem) and (max-width:60rem){.bars{columns:1}}
@media screen and (min-width:60.01rem){.chart text{font-size:9px}}
@media print{.bars{columns:2;column-gap:1.2rem}.bars li{padding:.08rem 0;font-size:8.5pt;gap:.4rem}.bar{height:.55rem}.pair{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.2rem}.legend,.links,.note,.sections th,.sections td{font-size:8pt}th,td{padding:.12rem .4rem}.actions li{padding:.2rem 0}p{margin:.05rem 0}h2{font-size:11pt;margin-bottom:.3rem}.stamp{font-size:18pt;padding:.25rem .8rem}.tiles{grid-template-columns:repeat(7,1fr)}.tiles li{padding:.2rem .4rem;font-size:7.5pt;background:none;border:1px solid var(--line)}.tiles b{font-size:10pt}.tiles b::after{content:none}.steps li{padding:.05rem 0;font-size:8pt;grid-template-columns:1.25em minmax(0,1.4fr) minmax(0,1fr) 6.2rem 5rem}.watched{grid-template-columns:repeat(3,1fr);gap:.3rem}.watched li{padding:.3rem .5rem;font-size:8pt;gap:0 .4rem}.watched svg{height:2.6rem}.watched .number{font-size:7pt}.chart svg{max-height:7.5rem}figure{margin:0 0 .5rem}figcaption{font-size:8pt;margin-bottom:.2rem}.more{display:none}.sparks{grid-template-columns:repeat(5,1fr);gap:.3rem}.sparks li{padding:.3rem .4rem;font-size:7pt}.spark{height:1.4rem}:root{--paper:#fff;--card:#fff;--shade:none}body{max-width:none;padding:0;font-size:9.5pt}header,section{border:0;padding:0;margin-bottom:.8rem;border-radius:0}header{border-top:.25rem solid}.filter,script,.skip,.item>summary::after{display:none}.chart svg{min-width:0}.controls{min-width:0}.controls td:last-child{min-width:0}.doubt{margin:.3rem 0 0;padding:.1rem .5rem;font-size:8pt}a{color:inherit;text-decoration:none}h2,h3,tr,.sparks li,.steps li,.watched li,.item>summary,.actions li,.chart{break-inside:avoid}h2,h3,.item>summary{break-after:avoid}section[aria-labelledby=items]{break-before:page}@page{margin:9mm}figure:has(.sparks){display:none}body{line-height:1.28}header,section,.pair{margin-bottom:.55rem}.pair section{margin:0}.verdict{gap:.6rem 1.2rem}h1{font-size:15pt}.progress{margin:.4rem 0}.progress svg{height:.6rem}.tiles{gap:.3rem}.controls{font-size:8pt}.actions li{padding:.1rem 0;font-size:8.5pt}.actions p{display:inline}.actions p+p{margin-left:.5rem}.bars li{grid-template-columns:minmax(0,1.7fr) minmax(0,1fr) 2.9rem;font-size:8pt}.age .note{display:none}.age br{display:none}.steps li{font-size:7.5pt}.steps .words{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.watched svg{height:2.2rem}.watched text{font-size:14px}.charts{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}.charts>:nth-child(n+3){grid-column:1/-1}.chart svg{max-height:7rem}.sparks li{gap:.05rem}.spark{height:1.1rem}footer{font-size:7.5pt}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;

/** Search and filter; without JavaScript everything is shown. */
export const script = `
(()=>{const form=document.querySelector('.filter');if(!form)return;form.hidden=false;
const items=[...document.querySelectorAll('.item')].map(item=>({item,text:item.textContent.toLowerCase()}));const status=form.querySelector('[role=status]');
const show=()=>{const words=form.elements.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
const wanted=new Set([...form.querySelectorAll('[name=verdict]:checked')].map(box=>box.value));let shown=0;
for(const {item,text} of items){const fits=wanted.has(item.dataset.verdict)&&words.every(word=>text.includes(word));item.hidden=!fits;if(fits)shown++}
for(const group of document.querySelectorAll('.group'))group.hidden=!group.querySelector('.item:not([hidden])');
status.textContent=shown+' of '+items.length+' items'};
form.addEventListener('input',show);form.addEventListener('submit',event=>event.preventDefault());show();
const open=()=>{const item=document.getElementById(location.hash.slice(1));if(!item||!item.matches('.item'))return;
if(item.hidden){form.reset();show()}item.open=true;item.scrollIntoView({block:'center'})};
addEventListener('hashchange',open);open();
})();
`;

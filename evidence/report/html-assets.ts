/** Style of the report's page: light and dark, for a phone, a screen and paper. */
export const style = `
:root{--ink:#1b1f24;--quiet:#57606a;--paper:#fff;--line:#d0d7de;--soft:#f6f8fa;--link:#0550ae;
--holds:#1a7f37;--does-not-hold:#cf222e;--unknown:#9a6700;--stale:#bc4c00;--waived:#8250df;--not-applicable:#8c959f;--not-due:#d0d7de}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b3;--paper:#0d1117;--line:#30363d;--soft:#161b22;--link:#79b8ff;
--holds:#3fb950;--does-not-hold:#ff7b72;--unknown:#d29922;--stale:#f0883e;--waived:#bc8cff;--not-applicable:#6e7681;--not-due:#484f58}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:center;border-bottom:1px solid var(--line);padding-bottom:1rem}
header>div{flex:1 1 20rem}
h1{margin:0;font-size:1.6rem}h2{margin:2rem 0 .5rem;font-size:1.25rem}h3{margin:1.5rem 0 .25rem;font-size:1rem}
p{margin:.25rem 0}
a{color:var(--link)}
code{font:.875em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.stamp{margin:0;padding:.75rem 1.5rem;border:3px solid;border-radius:.75rem;font-size:1.75rem;font-weight:700;white-space:nowrap}
.stamp.go{color:var(--holds)}.stamp.no-go{color:var(--does-not-hold)}
.note{color:var(--quiet);font-size:.875rem}
.actions li{margin:.5rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.5rem 0;list-style:none;font-size:.875rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;font-weight:400;border-bottom:1px solid var(--line)}
thead th{font-size:.875rem;color:var(--quiet)}
.sections td:nth-child(2){width:50%}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;width:100%;height:1.25rem;border-radius:.25rem}
rect.holds{fill:var(--holds)}rect.does-not-hold{fill:var(--does-not-hold)}rect.unknown{fill:var(--unknown)}rect.stale{fill:var(--stale)}rect.waived{fill:var(--waived)}rect.not-applicable{fill:var(--not-applicable)}rect.not-due{fill:var(--not-due)}
.mark{display:inline-block;width:1.25em;text-align:center;font-weight:700}
.mark.holds{color:var(--holds)}.mark.does-not-hold{color:var(--does-not-hold)}.mark.unknown{color:var(--unknown)}.mark.stale{color:var(--stale)}.mark.waived{color:var(--waived)}.mark.not-applicable,.mark.not-due{color:var(--quiet)}
.item{border-bottom:1px solid var(--line);padding:.25rem 0}
.item summary{display:flex;gap:.5rem;cursor:pointer;padding:.125rem 0}
.item summary:focus-visible,a:focus-visible,input:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.id{min-width:3.5rem;font-variant-numeric:tabular-nums}.words{flex:1;overflow-wrap:anywhere}.state{color:var(--quiet);white-space:nowrap}
.item>p,.item>table{margin-left:1.75rem;width:auto;overflow-wrap:anywhere}
.controls{font-size:.875rem}
.filter{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;background:var(--soft);padding:.75rem;border-radius:.5rem;position:sticky;top:0}
.filter[hidden]{display:none}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}legend{float:left;margin-right:1rem}
input[type=search]{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--quiet);border-radius:.25rem;padding:.25rem .5rem}
footer{margin-top:2rem;color:var(--quiet);font-size:.875rem}
@media (max-width:40rem){body{padding:1rem}.item summary{flex-wrap:wrap}.words{flex:1 0 70%}.controls,.controls tbody,.controls tr,.controls th,.controls td{display:block}.controls thead{display:none}.sections td:nth-child(2){width:35%}}
@media print{body{max-width:none;padding:0;font-size:10pt}.filter,script{display:none}.item:not([open])>summary{list-style:none}a{color:inherit}section{break-inside:auto}h2,h3,tr,.item>summary{break-after:avoid}}
`;

/** Search and filter; without JavaScript everything is shown. */
export const script = `
(()=>{const form=document.querySelector('.filter');if(!form)return;form.hidden=false;
const items=[...document.querySelectorAll('.item')];const status=form.querySelector('[role=status]');
const show=()=>{const words=form.elements.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
const wanted=new Set([...form.querySelectorAll('[name=verdict]:checked')].map(box=>box.value));let shown=0;
for(const item of items){const text=item.textContent.toLowerCase();
const fits=wanted.has(item.dataset.verdict)&&words.every(word=>text.includes(word));item.hidden=!fits;if(fits)shown++}
for(const heading of document.querySelectorAll('#items ~ h3')){let next=heading.nextElementSibling,any=false;
while(next&&next.matches('.item')){any=any||!next.hidden;next=next.nextElementSibling}heading.hidden=!any}
status.textContent=shown+' of '+items.length+' items'};
form.addEventListener('input',show);form.addEventListener('submit',event=>event.preventDefault());show();
addEventListener('hashchange',()=>{const item=document.getElementById(location.hash.slice(1));if(item&&item.matches('.item')){item.hidden=false;item.open=true}});
})();
`;

/** The style of printed documents: on screen a page of paper, in print A4 across. Contrasts are 4.5:1 and more. */
export const STYLE = `:root { color-scheme: light; --ink: #1b2430; --soft: #55606e; --line: #cbd3dc; --tint: #f3f6f9;
  --good: #11643a; --bad: #9c1c1c; --warn: #7a4b00; }
* { box-sizing: border-box; }
body { margin: 0; background: #e6eaef; color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 76rem; margin: 1.5rem auto; padding: 2.5rem 3rem; background: #fff; border-radius: 4px;
  box-shadow: 0 1px 4px rgb(0 0 0 / 15%); }
header { border-bottom: 3px solid var(--ink); margin-bottom: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; }
.subtitle { color: var(--soft); font-size: 1.1rem; margin: .3rem 0 .8rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .7rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
h2, h3 { break-after: avoid; }
p, ul { margin: .4rem 0; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "Liberation Mono", Menlo, monospace; font-size: .88em; }
code { overflow-wrap: anywhere; }
pre { margin: 0; padding: .5rem .7rem; background: #fff; border: 1px solid var(--line); border-radius: 3px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.stamp { display: inline-block; margin: .2rem 0 .6rem; padding: .6rem 1.1rem; border: 2px solid; border-radius: 4px; font-size: 1.25rem; }
.stamp span { font-size: .8em; color: var(--soft); margin-right: .4rem; }
dl { margin: .4rem 0; }
dl > div { display: grid; grid-template-columns: 15rem 1fr; gap: 1rem; padding: .15rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th { background: var(--tint); border-top: 0; border-bottom: 2px solid var(--line); white-space: nowrap; }
tbody th { font-weight: 600; }
tbody { break-inside: avoid; }
.details td { border-top: 0; padding: 0 .6rem .6rem 1.4rem; color: var(--ink); }
.details dl { margin: 0; }
.details dl > div { grid-template-columns: 7rem 1fr; }
.mark { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.warn { color: var(--warn); }
.form td, .form th { height: 3.2rem; border: 1px solid var(--line); }
@media (max-width: 46rem) {
  main { margin: 0; padding: 1.2rem; border-radius: 0; }
  dl > div, .details dl > div { grid-template-columns: 1fr; gap: 0; }
}
@page { size: A4 landscape; margin: 14mm 12mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9px sans-serif; } }
@media print {
  body { background: #fff; font-size: 10px; }
  main { max-width: none; margin: 0; padding: 0; box-shadow: none; }
  .wide { overflow: visible; }
  thead { display: table-header-group; }
  .stamp, .mark, thead th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

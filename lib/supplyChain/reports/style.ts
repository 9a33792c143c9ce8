/** The page's style: the system's own fonts, light or dark as the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b2430; --soft: #5a6675; --line: #dfe4ea; --link: #0b57d0;
  --critical: #8e1b4f; --high: #c62f2f; --medium: #9a5b00; --low: #2f6fb5; --unknown: #68737f;
  --good: #1b7a43; --good-back: #e3f4ea; --bad: #b3261e; --bad-back: #fce8e6; --track: #eceff3;
  --on-bar: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --card: #1b2128; --text: #e6eaf0; --soft: #9aa6b4; --line: #303842; --link: #8ab4f8;
    --critical: #ef7fb4; --high: #ff8a80; --medium: #f2b45c; --low: #7fb2ec; --unknown: #98a3af;
    --good: #7bd6a0; --good-back: #173425; --bad: #ffb4ab; --bad-back: #44201d; --track: #272e36;
    --on-bar: #14181d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 12px; }
p { margin: 0 0 8px; }
a { color: var(--link); }
code { font: 0.92em ui-monospace, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); fill: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; }
.verdict { display: inline-block; margin: 8px 0 6px; padding: 5px 12px; border-radius: 999px; font-weight: 600; }
.verdict.good, .fate.good { color: var(--good); background: var(--good-back); }
.verdict.bad, .fate.bad { color: var(--bad); background: var(--bad-back); }
.fate { padding: 1px 8px; border-radius: 999px; font-weight: 600; white-space: nowrap; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 10px; margin: 18px 0 0; padding: 0; list-style: none; }
.totals li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; border-top: 4px solid var(--tone); padding: 10px 14px; }
.totals strong { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.totals .zero strong { color: var(--soft); font-weight: 500; }
.plot { display: block; overflow: visible; }
.plot text { font: 13px system-ui, sans-serif; fill: var(--text); }
.plot .label { font-weight: 600; }
.plot .soft { fill: var(--soft); font-weight: 400; }
.plot .count { font-size: 12px; font-weight: 600; fill: var(--on-bar); }
.plot .track { fill: var(--track); }
.plot .bar { stroke: var(--card); stroke-width: 1; }
.critical { --tone: var(--critical); fill: var(--critical); }
.high { --tone: var(--high); fill: var(--high); }
.medium { --tone: var(--medium); fill: var(--medium); }
.low { --tone: var(--low); fill: var(--low); }
.unknown { --tone: var(--unknown); fill: var(--unknown); }
.accepted { --tone: var(--line); }
.tag { color: var(--tone); font-weight: 650; white-space: nowrap; }
.tag::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin-right: 7px; background: var(--tone); }
.scroll { overflow-x: auto; padding: 0; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 13px; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: 9px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td .title { display: block; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.id { white-space: nowrap; }
td.zero { color: var(--soft); }
details > summary { cursor: pointer; margin: 36px 0 12px; font-size: 18px; font-weight: 700; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media (max-width: 720px) {
  main { padding: 20px 14px 48px; }
  h1 { font-size: 22px; }
  .totals { grid-template-columns: repeat(3, 1fr); }
  .totals li { padding: 8px 10px; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tbody tr { padding: 10px 14px; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td, td.number { display: flex; gap: 12px; padding: 3px 0; border: 0; text-align: left; }
  td.number.zero { display: none; }
  td::before { content: attr(data-label); flex: 0 0 84px; color: var(--soft); font-size: 13px; }
  td > div { min-width: 0; overflow-wrap: anywhere; }
}
@media print { body { background: none; } .card { break-inside: avoid; } }
`;

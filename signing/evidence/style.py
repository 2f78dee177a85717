"""How a report's page looks, on a screen and on paper."""

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { max-width: 78rem; margin: 2rem auto; padding: 0 1.5rem; color: #1b1f24; background: #fff;
  font: 15px/1.5 "Noto Sans", "Segoe UI", "DejaVu Sans", Arial, sans-serif; }
header { border-bottom: 2px solid #1b1f24; margin-bottom: 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
.name { font-size: 1.1rem; margin: .15rem 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; break-after: avoid; }
.verdict { display: flex; align-items: center; gap: 1.1rem; padding: .9rem 1.2rem;
  border: 4px solid; break-inside: avoid; }
.verdict p { margin: 0; }
.verdict strong { font-size: 1.4rem; letter-spacing: .03em; }
.sign { font-size: 2.6rem; line-height: 1; font-weight: 700; }
.verdict.valid { color: #0b4a24; border-color: #1a7f42; background: #e9f7ee; }
.verdict.invalid { color: #7d0f14; border-color: #b3202a; border-style: double; border-width: 9px;
  background: #fdecec; }
.verdict.undecidable { color: #5c4300; border-color: #9a7200; border-style: dashed; background: #fff6dd; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .3rem 1.25rem; margin: 1.25rem 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
.remarks { border-left: 4px solid #9a7200; padding: .1rem 1rem .4rem; margin: 1.25rem 0; background: #fffaf0; }
.remarks h2 { margin: .5rem 0 .25rem; }
.remarks ul { margin: .25rem 0; padding-left: 1.2rem; }
.checks { list-style: none; padding: 0; }
table { border-collapse: collapse; width: 100%; font-size: .93em; }
th, td { text-align: left; vertical-align: top; padding: .4rem .55rem; border: 1px solid #c3c9d0;
  overflow-wrap: anywhere; }
th { background: #eef1f4; white-space: nowrap; }
.signatures th:nth-child(-n+2) { width: 24%; }
.signatures th:nth-child(3) { width: 18%; }
.acts th:nth-child(2), .acts th:nth-child(3) { width: 14%; }
.acts th:nth-child(4) { width: 44%; }
tr { break-inside: avoid; }
tr.refused td { background: repeating-linear-gradient(135deg, #fff, #fff 7px, #f6e9e9 7px, #f6e9e9 9px); }
tr:target td { outline: 2px solid #1b5fae; }
small { color: #4a525b; }
code { font: .88em/1.4 "DejaVu Sans Mono", Consolas, monospace; overflow-wrap: anywhere; }
a { color: #1b4f8f; }
footer { margin-top: 2rem; padding-top: .7rem; border-top: 1px solid #c3c9d0; color: #4a525b; font-size: .88em; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 9.5pt; }
  .verdict, th, tr.refused td, .remarks { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
  thead { display: table-header-group; }
}
"""

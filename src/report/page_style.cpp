#include "page.h"

namespace reszoo::page {

// The colours of series 1 to 6 differ in lightness too, for colour-blind readers.
const char* const style_sheet = R"(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5f6b7c; --line: #e3e7ee; --page: #f7f8fa; --card: #fff; --mark: #2563eb;
  --good: #047857; --warn: #b45309; --s1: #2563eb; --s2: #d97706; --s3: #059669; --s4: #be185d; --s5: #7c3aed; --s6: #0e7490; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa6b8; --line: #2c3440; --page: #12161c; --card: #1a2028; --mark: #7aa7ff;
    --good: #34d399; --warn: #fbbf24; --s1: #7aa7ff; --s2: #fbbf24; --s3: #34d399; --s4: #f472b6; --s5: #b69cff; --s6: #5ed1e6; } }
* { box-sizing: border-box; }
body { margin: 2.2rem auto 4rem; max-width: 74rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 .2rem; overflow-wrap: anywhere; } .lead { margin: 0 0 1.2rem; color: var(--soft); }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .3rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
.about { margin: 0 0 .9rem; color: var(--soft); max-width: 48rem; }
.headline { padding: 1.2rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--mark); border-radius: 8px; }
.headline p { margin: 0; font-size: 1.2rem; line-height: 1.45; max-width: 56rem; } .headline b { font-weight: 650; }
.tiles { display: flex; flex-wrap: wrap; gap: .9rem 2.4rem; margin: 1.1rem 0 0; } .tiles div { display: flex; flex-direction: column-reverse; }
.tiles dt { color: var(--soft); font-size: .8rem; } .tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.findings { margin: .9rem 0 0; padding: 0; list-style: none; } .findings li { padding: .15rem 0 .15rem 1.5rem; position: relative; max-width: 56rem; }
.findings li::before { content: "!"; position: absolute; left: 0; top: .3rem; width: 1.05rem; height: 1.05rem; border-radius: 50%; background: var(--warn); color: var(--card); font: 700 .75rem/1.05rem system-ui; text-align: center; }
.findings li.good::before { content: "\2713"; background: var(--good); }
.boxes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1rem; }
.wide { grid-column: span 2; } @media (max-width: 48rem) { .wide { grid-column: auto; } }
figure { margin: 0; padding: .9rem 1rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
figcaption { display: flex; justify-content: space-between; gap: 1rem; font-weight: 600; margin-bottom: .35rem; overflow-wrap: anywhere; }
figcaption span { font-weight: 400; color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.note { margin: .3rem 0 0; color: var(--soft); font-size: .82rem; line-height: 1.4; }
svg { display: block; width: 100%; height: auto; } svg text { font: 11.5px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; } svg .ink { fill: var(--ink); }
.grid { stroke: var(--line); } .curve { fill: none; stroke: var(--mark); stroke-width: 2; stroke-linejoin: round; } .dot { fill: var(--mark); }
.ideal { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; } .best { fill: none; stroke: var(--good); stroke-width: 1.5; stroke-dasharray: 3 3; } .bestdot { fill: var(--good); }
.bar { fill: var(--mark); fill-opacity: .8; } .bar2 { fill: var(--s2); fill-opacity: .75; } .pale { fill: var(--mark); fill-opacity: .22; }
.point { fill: var(--mark); fill-opacity: .4; } .cell { fill: var(--mark); } .error { stroke: var(--ink); stroke-width: 1.2; fill: none; } .rug { stroke: var(--soft); }
.trend { fill: none; stroke: var(--s2); stroke-width: 2; } .faint { fill: none; stroke: var(--soft); stroke-opacity: .45; }
.c1 { stroke: var(--s1); } .c2 { stroke: var(--s2); } .c3 { stroke: var(--s3); } .c4 { stroke: var(--s4); } .c5 { stroke: var(--s5); } .c6 { stroke: var(--s6); }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: .35rem 0 0; padding: 0; list-style: none; font-size: .82rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: .35rem; min-width: 0; } .legend i { flex: none; width: 1rem; height: 3px; border-radius: 2px; }
.legend .c1 { background: var(--s1); } .legend .c2 { background: var(--s2); } .legend .c3 { background: var(--s3); } .legend .c4 { background: var(--s4); } .legend .c5 { background: var(--s5); } .legend .c6 { background: var(--s6); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); width: fit-content; max-width: 100%; }
figure th, figure td { padding-left: .5rem; padding-right: .5rem; } figure .scroll { border: 0; border-radius: 0; width: auto; } table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .38rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; } tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--soft); font-size: .82rem; white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.marked td { background: color-mix(in srgb, var(--mark) 12%, transparent); font-weight: 600; }
td svg { width: 8rem; height: 1.6rem; } .value { overflow-wrap: anywhere; min-width: 12rem; max-width: 26rem; }
details summary { cursor: pointer; color: var(--soft); margin: .8rem 0 .5rem; }
pre { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.full { grid-column: 1 / -1; } small { color: var(--soft); font-size: .82em; font-weight: 400; }
.trend.thin { stroke-width: 1; stroke-dasharray: 3 2; } .points { stroke: var(--mark); stroke-opacity: .45; stroke-width: 3.4; stroke-linecap: round; fill: none; }
.bars table { width: 100%; } .bars td { white-space: nowrap; } .bars td:nth-child(2) { width: 100%; } .bars td svg.long { width: 100%; height: 1.1rem; } .bars td { padding-top: .15rem; padding-bottom: .15rem; border: 0; } .bars tr:first-child { display: none; }
.confusion { margin: .2rem auto; border-spacing: 2px; border-collapse: separate; } .confusion th { border: 0; padding: .2rem .5rem; } .confusion tr:first-child th:first-child { font-weight: 400; }
.confusion td { border: 0; border-radius: 4px; text-align: center; min-width: 4.2rem; padding: .7rem .5rem; font-variant-numeric: tabular-nums; background: color-mix(in srgb, var(--mark) var(--p), var(--card)); }
.confusion td small { display: block; } .confusion .deep, .confusion .deep small { color: var(--card); } .confusion .none { color: var(--soft); }
.confusion.slim td { min-width: 1.9rem; padding: .25rem .2rem; font-size: .8rem; } .confusion.slim th span { writing-mode: vertical-rl; transform: rotate(180deg); }
.parts { margin: .4rem 0 1rem; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; } .mistakes figure { display: flex; flex-direction: column; justify-content: space-between; gap: .6rem; }
.mistakes img { display: block; margin: 0 auto; max-width: 100%; height: auto; } .mistakes .enlarged { image-rendering: pixelated; } .mistakes figcaption { display: block; font-weight: 400; line-height: 1.35; } .mistakes b { font-weight: 600; }
@media print { body { margin: 0; } figure, tr { break-inside: avoid; } }
)";

}  // namespace reszoo::page

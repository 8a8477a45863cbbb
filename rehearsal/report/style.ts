/** The look of the page, light and dark as the reader's system prefers; tones are those of `toneOf`. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5d6877; --line: #dfe3e9; --track: #eceff3;
  --good: #1a7f4e; --bad: #c4322b; --waiting: #b26a00; --idle: #8a94a3; --mark: #3457c9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b2129; --ink: #e6e9ee; --soft: #9aa5b4; --line: #2f3844; --track: #262e38;
    --good: #3fb27f; --bad: #f0685f; --waiting: #e0a03c; --idle: #748091; --mark: #7f9cf5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 0 0 12px; }
h3 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 4px 0 12px; }
.soft { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-top: 20px; }
.tile { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--tone, var(--line)); border-radius: 10px; padding: 12px 16px; }
.tile b { display: block; font-size: 25px; line-height: 1.25; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .waiting { --tone: var(--waiting); } .idle { --tone: var(--idle); }
.badge { color: var(--tone); font-weight: 600; white-space: nowrap; }
.badge::before { content: ''; display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--tone); margin-right: 7px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.whole { white-space: nowrap; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font: 13px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--track); border-radius: 8px; padding: 12px 14px; margin: 8px 0 14px; }
details { border-bottom: 1px solid var(--line); padding: 8px 0; }
details:last-child { border-bottom: 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
svg { display: block; width: 100%; min-width: 700px; height: auto; }
svg text { fill: var(--ink); font-size: 12px; }
svg .soft { fill: var(--soft); }
svg .grid { stroke: var(--line); }
svg .track { fill: var(--track); }
svg .bar { fill: var(--tone); }
svg .mark { fill: var(--mark); }
svg .span { fill: var(--tone); opacity: 0.12; }
svg .line { fill: none; stroke-width: 2; }
svg .running { stroke: var(--mark); }
svg .desired { stroke: var(--idle); stroke-dasharray: 6 4; }
svg .floor { stroke: var(--bad); stroke-dasharray: 2 3; }
.key { margin-right: 18px; }
.key::before { content: ''; display: inline-block; width: 22px; border-top: 2px solid; margin: 0 7px 4px 0; }
.key.running::before { border-color: var(--mark); }
.key.desired::before { border-color: var(--idle); border-top-style: dashed; }
.key.floor::before { border-color: var(--bad); border-top-style: dotted; }
@media print { body { background: none; } section, .tile { break-inside: avoid; } }
`;

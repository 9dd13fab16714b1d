/** Of the HTML page, in light and dark. */
export const STYLE = `
  :root {
    color-scheme: light dark;
    --text: #1f2328; --quiet: #59636e; --page: #ffffff; --line: #d1d9e0; --head: #f6f8fa;
    --best: #dafbe1; --link: #0969da; --plot-background: #ffffff;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --text: #e6edf3; --quiet: #9198a1; --page: #0d1117; --line: #3d444d; --head: #161b22;
      --best: #12361f; --link: #4493f8; --plot-background: #0d1117;
    }
  }
  body {
    margin: 2rem auto; padding: 0 1rem; max-width: 80rem;
    font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
  }
  h2 { margin-top: 3rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
  h3 { margin: 1.5rem 0 .5rem; }
  a { color: var(--link); }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  th, td { padding: .25rem .6rem; border: 1px solid var(--line); text-align: left; }
  th { vertical-align: bottom; font-weight: 600; background: var(--head); }
  .facts td { overflow-wrap: anywhere; }
  td:first-child { white-space: nowrap; }
  .figure-cell { text-align: right; white-space: nowrap; }
  .best { font-weight: 700; background: var(--best); }
  .meaning, .notes, figcaption { color: var(--quiet); font-size: 13px; }
  figure { margin: 1.5rem 0; }
  figure svg { max-width: 100%; height: auto; color: var(--text); }
`;

import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../../src/files/scratch.js';
import { headlineOf } from '../../../src/report/headline.js';
import { htmlPage } from '../../../src/report/pages/html-page.js';
import { makePage } from '../../../src/report/pages/make-page.js';
import { writeMarkdown } from '../../../src/report/write-report.js';
import { madeFindings, madeSamples, withLatency } from '../../made-samples.js';

const CASE = '4k, iodepth 32';
const READS = madeFindings('random-read', {
  [CASE]: { aio: [500, 700], 'fs-promises': [100, 100], 'fio-libaio': [900, 1000] },
});
const CURVES = madeFindings('scale-depth', {
  8: { aio: [100, 120], 'fs-promises': [10, 10] },
  1024: { aio: [110, 110], 'fs-promises': [12, 10] },
});
const SAMPLES = madeSamples(withLatency(READS, CASE), CURVES);
const PLOTS = ['random-read-bars', 'random-read-latency', 'scale-depth-curves'];

/** How often a pattern is in a text. */
function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe('the HTML page', () => {
  const html = htmlPage(makePage(SAMPLES, [SAMPLES]));

  it('holds all plots, tables and the machine, and asks for nothing else', () => {
    expect(count(html, /<svg /g)).toBe(PLOTS.length);
    expect(html).toContain('2 x A CPU, 16 GiB');
    expect(html).toContain('meltdown: Mitigation: PTI');
    expect(html).not.toContain('mds');
    expect(html).toContain('pnpm bench --full');
    expect(html).not.toMatch(/(src|href)="(?!#)|url\(|@import|<script/);
  });

  it('says what was wanted, where aio loses, and how far another run agrees', () => {
    expect(html).toMatch(/\d of \d figures are as wanted\./);
    expect(html).toContain('Where aio loses');
    expect(html).toContain('How far the run of 2026-01-02T03:04:05.678Z agrees');
  });

  it('says which trial did not end, and why', () => {
    const broken = [{ trial: 'log', message: 'EFBIG: file too large, write' }];
    const page = htmlPage(makePage({ ...madeSamples(READS), broken }, []));
    expect(page).toContain('log did not end: EFBIG: file too large, write');
  });

  it('has a place for each link of its contents', () => {
    for (const [, anchor] of html.matchAll(/href="#([^"]*)"/g)) {
      expect(html).toContain(`id="${anchor}"`);
    }
  });

  it('shows what the samples say as text', () => {
    expect(html).toContain('made up &lt;for a test&gt;');
    expect(html).not.toContain('<for a test>');
  });
});

describe('the Markdown page', () => {
  it('has its plots in files beside it, which can be read in light and dark', () => {
    using scratch = new Scratch(tmpdir());
    writeMarkdown(makePage(SAMPLES, []), join(scratch.path, 'RESULTS.md'));
    const markdown = readFileSync(join(scratch.path, 'RESULTS.md'), 'utf8');
    const images = [...markdown.matchAll(/^!\[.*\]\((.*)\)$/gm)].map(([, path]) => path);
    expect(images).toEqual(PLOTS.map((name) => `results/${name}.svg`));
    expect(readdirSync(join(scratch.path, 'results')).sort()).toEqual(
      PLOTS.map((name) => `${name}.svg`),
    );
    for (const image of images) {
      const svg = readFileSync(join(scratch.path, image ?? ''), 'utf8');
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).toContain('prefers-color-scheme: dark');
      expect(svg).toContain('>fs-promises</text>');
    }
  });

  it('marks the best of each column, and no text is taken for markup', () => {
    using scratch = new Scratch(tmpdir());
    writeMarkdown(makePage(SAMPLES, []), join(scratch.path, 'page.md'));
    const markdown = readFileSync(join(scratch.path, 'page.md'), 'utf8');
    expect(markdown).toMatch(/^\| fio-libaio +\| +\*\*0\.950 \(0\.900\.\.1\.00\)\*\* \|/m);
    expect(markdown).toContain('made up &lt;for a test&gt;');
    expect(markdown).toContain('| driver \\\\ iodepth |');
  });
});

describe('the headline', () => {
  it('is a plot of throughput and the ratios in words', () => {
    const { svg, text } = headlineOf(SAMPLES);
    expect(svg).toContain('>fio-libaio</text>');
    expect(text).toMatch(
      /reads per second .* `fs\.promises`: \*\*6\.00 \(5\.00\.\.7\.00\) times\*\*/,
    );
    expect(text).toContain('**not measured**');
  });

  it('wants the trial that it is about', () => {
    expect(() => headlineOf(madeSamples(CURVES))).toThrow(
      '--headline wants samples of random-read at 4k, iodepth 32',
    );
  });
});

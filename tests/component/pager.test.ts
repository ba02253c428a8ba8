import type { Pagination } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { SiagaPager } from '../../web/src/components/siaga-pager.js';
import { openStage, textOf } from './stage.js';

const pages = (page: number, total: number): Pagination => ({
  page,
  per_page: 25,
  total,
  total_pages: Math.ceil(total / 25),
  has_next: page * 25 < total,
  has_prev: page > 1,
});
const show = async (pagination: Pagination | undefined): Promise<SiagaPager> => {
  const element = new SiagaPager();
  element.pagination = pagination;
  return openStage().put(element);
};
const links = (element: SiagaPager): string[] =>
  [...(element.shadowRoot?.querySelectorAll('a') ?? [])].map(({ rel }) => rel);

describe('siaga-pager', () => {
  test.each([
    ['nothing yet', undefined, '', []],
    ['none at all', pages(1, 0), '', []],
    ['one page', pages(1, 7), '1 to 7 of 7', []],
    ['the first of many', pages(1, 60), '1 to 25 of 60', ['next']],
    ['in the middle', pages(2, 60), '26 to 50 of 60', ['prev', 'next']],
    ['the last, which is short', pages(3, 60), '51 to 60 of 60', ['prev']],
    ['thousands are grouped', pages(4, 100_000), '76 to 100 of 100,000', ['prev', 'next']],
  ] as const)('%s', async (_name, pagination, words, steps) => {
    const element = await show(pagination);
    expect(textOf(element)).toContain(words);
    expect(links(element)).toEqual(steps);
  });
});

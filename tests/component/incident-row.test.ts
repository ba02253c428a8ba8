import { render } from 'lit';
import { describe, expect, test } from 'vitest';
import { incidentRow } from '../../web/src/incidents/incident-row.js';
import { createState } from './state.js';
import { bank, summaryOf, type World } from '../e2e/world/index.js';
import { openStage, textOf } from './stage.js';

const show = (world: World, title?: string): HTMLElement => {
  const stage = openStage('en');
  const [ticket] = world.tickets;
  if (!ticket) throw new Error('the world is too small');
  const table = document.createElement('table');
  const body = document.createElement('tbody');
  table.append(body);
  stage.root.append(table);
  render(incidentRow({ ...summaryOf(ticket), ...(title && { title }) }, createState(world), 'en'), body);
  return body;
};

describe('a row of an incident', () => {
  test('names what, where and how pressing, and leads to the incident', () => {
    const world = bank();
    const row = show(world);
    expect(textOf(row)).toContain(world.devices[0]?.name);
    expect(textOf(row)).toContain(world.tickets[0]?.ticket_number);
    expect(textOf(row)).toContain('KC Bandung');
    expect(textOf(row)).toContain('High');
    expect(row.querySelector('a')?.getAttribute('href')).toContain(world.tickets[0]?.id);
  });

  test('a name is text, whatever it is', () => {
    const world = bank();
    const [about] = world.devices;
    if (!about) throw new Error('the world is too small');
    about.name = '<img src=x onerror="alert(1)"> 🏧 \u202Eمصرف';
    const row = show(world);
    expect(row.querySelector('img')).toBeNull();
    expect(textOf(row)).toContain('<img src=x');
  });

  test('one whose device and site are gone still has its title', () => {
    const world = bank();
    world.devices = [];
    world.sites = [];
    expect(textOf(show(world, 'Old router does not answer'))).toContain('Old router does not answer');
  });
});

import type { Agent, Device, Site, UpdateDeviceBody } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { SiagaDeviceForm } from '../../web/src/devices/siaga-device-form.js';
import { ApiError } from '../../web/src/http/api-error.js';
import { agent, bank, snapshotOf, type World } from '../e2e/world/index.js';
import { inside, nextFrame, openStage, textOf } from './stage.js';

/** Three sites: the first two have one agent each, the third has two. */
const worldOf = (): { world: World; sites: [Site, Site, Site]; agents: [Agent, Agent, Agent, Agent] } => {
  const world = bank();
  const [first, second, third] = world.sites;
  if (!first || !second || !third) throw new Error('the world is too small');
  const agents: [Agent, Agent, Agent, Agent] = [
    agent(1, 'first', first),
    agent(2, 'second', second),
    agent(3, 'third-1', third),
    agent(4, 'third-2', third),
  ];
  return { world: { ...world, agents }, sites: [first, second, third], agents };
};

const show = async (changedMeanwhile: Partial<Device> = {}, losesFirstAnswer = false) => {
  const { world, sites, agents } = worldOf();
  const [sample] = world.devices;
  if (!sample) throw new Error('the world has no device');
  let device: Device = { ...sample, site_id: sites[0].id, agent_id: agents[0].id, name: 'ATM Dago' };
  let isChanged = Object.keys(changedMeanwhile).length === 0;
  const sent: UpdateDeviceBody[] = [];
  const stage = openStage();
  Object.assign(stage.services, {
    api: {
      getTagged: () => Promise.resolve({ value: device, etag: `"${device.updated_at}"` }),
      send: (_method: string, _path: string, body: UpdateDeviceBody) => {
        if (!isChanged) {
          isChanged = true;
          device = { ...device, ...changedMeanwhile, updated_at: '2026-03-01T02:00:00.000Z' };
          return Promise.reject(new ApiError('PRECONDITION_FAILED', 412, ''));
        }
        sent.push(body);
        if (losesFirstAnswer && sent.length === 1) {
          // It is stored, and the line is cut before that is told: the next one comes with an old version.
          isChanged = false;
          changedMeanwhile = body;
          return Promise.reject(new ApiError('UNREACHABLE', 0, '').ofChange());
        }
        return Promise.resolve({ ...device, ...body });
      },
    },
  });
  stage.services.store.push(snapshotOf(world));
  await nextFrame();
  const form = new SiagaDeviceForm();
  form.device = device;
  await stage.put(form);
  await expect.poll(() => form.shadowRoot?.querySelector('#site_id')).toBeTruthy();
  const choose = async (field: string, id: string): Promise<void> => {
    await userEvent.selectOptions(inside<HTMLSelectElement>(form, `#${field}`), id);
    await form.updateComplete;
  };
  const send = (): void => form.shadowRoot?.querySelector('form')?.requestSubmit();
  const press = async (words: string): Promise<void> => {
    const buttons = [...(form.shadowRoot?.querySelectorAll<HTMLElement>('wa-button') ?? [])];
    const found = buttons.find(({ textContent }) => textContent.trim() === words);
    if (!found) throw new Error(`no button ${words}`);
    await userEvent.click(found);
  };
  const agentOf = (): string => inside<HTMLSelectElement>(form, '#agent_id').value;
  return { form, sites, agents, sent, choose, send, press, agentOf };
};

describe('a device that moves to another site', () => {
  test('is watched by the only agent of that site from then on', async () => {
    const { sites, agents, sent, choose, send, agentOf } = await show();
    await choose('site_id', sites[1].id);
    expect(agentOf()).toBe(agents[1].id);
    send();
    await expect.poll(() => sent).toEqual([{ site_id: sites[1].id, agent_id: agents[1].id }]);
  });

  test('needs a choice where that site has several, and is not sent without', async () => {
    const { form, sites, agents, sent, choose, send } = await show();
    await choose('site_id', sites[2].id);
    send();
    await expect.poll(() => form.shadowRoot?.querySelector('#agent_id-fault')).toBeTruthy();
    expect(sent).toEqual([]);
    await choose('agent_id', agents[3].id);
    send();
    await expect.poll(() => sent).toEqual([{ site_id: sites[2].id, agent_id: agents[3].id }]);
  });

  test('back at its own site it has its own agent again', async () => {
    const { sites, agents, choose, agentOf } = await show();
    await choose('site_id', sites[2].id);
    await choose('site_id', sites[0].id);
    expect(agentOf()).toBe(agents[0].id);
  });
});

test('a change whose answer was lost is said to be unknown; once more, it is saved and nobody is asked', async () => {
  const { form, sent, send } = await show({}, true);
  let saved: Device | undefined;
  form.addEventListener('siaga-saved', (event) => (saved = (event as CustomEvent<Device>).detail));
  await userEvent.fill(inside(form, '#name'), 'ATM Dago 2');
  send();
  await expect.poll(() => textOf(form)).toContain('it is not known whether this was saved. Save once more');
  send();
  await expect.poll(() => saved?.name).toBe('ATM Dago 2');
  expect(sent).toEqual([{ name: 'ATM Dago 2' }]);
});

describe('a device that somebody else has changed meanwhile', () => {
  test('what is there now comes with its agent', async () => {
    const { sites, agents } = worldOf();
    // Only its site: the agent from before goes on watching it.
    const { form, send, press, agentOf } = await show({ site_id: sites[1].id });
    await userEvent.fill(inside(form, '#name'), 'ATM Dago 2');
    send();
    await expect.poll(() => form.shadowRoot?.querySelector('.meanwhile')).toBeTruthy();
    await press('Load what is there now');
    await form.updateComplete;
    expect(inside<HTMLSelectElement>(form, '#site_id').value).toBe(sites[1].id);
    expect(agentOf()).toBe(agents[0].id);
  });

  test('what was typed while the question stood is saved as well', async () => {
    const { form, sent, send, press } = await show({ model: 'NCR 6634' });
    await userEvent.fill(inside(form, '#name'), 'ATM Dago 2');
    send();
    await expect.poll(() => form.shadowRoot?.querySelector('.meanwhile')).toBeTruthy();
    await userEvent.fill(inside(form, '#name'), 'ATM Dago 3');
    await userEvent.fill(inside(form, '#address'), '10.9.8.7');
    await press('Save my changes over it');
    await expect.poll(() => sent).toEqual([{ name: 'ATM Dago 3', address: '10.9.8.7' }]);
  });
});

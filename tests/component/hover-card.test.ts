import { expect, test } from 'vitest';
import { SiagaHoverCard } from '../../web/src/board/siaga-hover-card.js';
import { bank, liveDevice, snapshotOf } from '../e2e/world/index.js';
import { nextFrame, openStage, textOf } from './stage.js';

test('the card says how the device is now, and goes when the device goes', async () => {
  const stage = openStage();
  const world = bank();
  const [device] = world.devices;
  if (!device) throw new Error('the world is empty');
  stage.services.store.push(snapshotOf(world));
  await nextFrame();
  const card = await stage.put(new SiagaHoverCard());
  card.hover = { deviceId: device.id, rect: { left: 10, top: 100, bottom: 124, width: 24 } };
  await card.updateComplete;
  expect(textOf(card)).toContain(device.name);
  const changed = { ...liveDevice(device), name: 'Another name', health: 'degraded' as const };
  stage.services.store.push({ name: 'device', data: changed });
  await nextFrame();
  await card.updateComplete;
  expect(textOf(card)).toContain('Another name');
  stage.services.store.push({ name: 'removed', data: { kind: 'device', id: device.id } });
  await nextFrame();
  await card.updateComplete;
  expect(textOf(card)).toBe('');
});

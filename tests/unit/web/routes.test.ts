import { describe, expect, test } from 'vitest';
import { address, matchRoute, returnAddress } from '../../../web/src/app/routes.js';

describe('what a path means', () => {
  test.each([
    ['/', { page: 'board' }],
    ['/incidents', { page: 'incidents' }],
    ['/incidents/', { page: 'incidents' }],
    ['/incidents/INC-20260115-000001', { page: 'incident', id: 'INC-20260115-000001' }],
    ['/devices', { page: 'devices' }],
    ['/devices/a%2Fb', { page: 'device', id: 'a/b' }],
    ['/fleet', { page: 'sites' }],
    ['/fleet/sites', { page: 'sites' }],
    ['/fleet/agents', { page: 'agents' }],
    ['/sign-in', { page: 'sign-in' }],
    // no such page, a part too many, what cannot be decoded, what only objects inherit
    ['/nowhere', { page: 'not-found' }],
    ['/devices/1/2', { page: 'not-found' }],
    ['/devices/%E0%A4%A', { page: 'not-found' }],
    ['/constructor', { page: 'not-found' }],
  ])('%s', (path, route) => {
    expect(matchRoute(path)).toEqual(route);
  });
});

describe('addresses', () => {
  test('leave out what is empty', () => {
    expect(address('/devices', { health: 'down', site_id: '', kind: undefined })).toBe(
      '/devices?health=down',
    );
    expect(address('/devices')).toBe('/devices');
  });
  test('escape what people type', () => {
    expect(address('/', { q: 'a&b=c ü' })).toBe('/?q=a%26b%3Dc+%C3%BC');
  });
});

describe('where to go after signing in', () => {
  test.each([
    [null, '/'],
    ['', '/'],
    ['/devices?health=down', '/devices?health=down'],
    // never to another host, never back to the door
    ['https://elsewhere.example/', '/'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
    ['/sign-in?to=/', '/'],
  ])('%s', (wanted, to) => {
    expect(returnAddress(wanted)).toBe(to);
  });
});

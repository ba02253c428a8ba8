import type { Db } from '../platform/postgres/postgres.js';
import { findDeviceByAddress, findDeviceByCode, type OtherDevice } from './devices-repository.js';
import { conflict, violatedIndex } from './faults.js';

/** What a refused write tried to take. */
export interface Collision {
  code: string;
  address: string;
  agentId: string;
}

/** Runs a write and names the other device where its code or address is taken. */
export const explainedDevice = async <T>(db: Db, wanted: Collision, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const called = (other: OtherDevice | undefined) =>
      other ? ` by device ${other.code} "${other.name}" (${other.id})` : '';
    switch (violatedIndex(error)) {
      case 'devices_code_key':
        throw conflict(
          'code',
          `The code ${wanted.code} is in use${called(await findDeviceByCode(db, wanted.code))}`,
        );
      case 'devices_agent_address_key':
        throw conflict(
          'address',
          `${wanted.address} is used at the same agent${called(await findDeviceByAddress(db, wanted.agentId, wanted.address))}`,
        );
      default:
        throw error;
    }
  }
};

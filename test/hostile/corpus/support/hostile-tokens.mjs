/** The tokens of the interfaces that the attacks speak, for children that run without a loader. */
import { readFileSync } from 'node:fs';
import { interfaceToken, typeToken } from '../../../../dist/abi/schema-tokens.js';

const schema = JSON.parse(readFileSync(new URL('../../../fixtures/extensions/generated/hostile.schema.json', import.meta.url), 'utf8'));

export const Leaf = typeToken(schema, 'hostile.Leaf');
export const Peer = interfaceToken(schema, 'hostile.Peer');
export const Suspect = interfaceToken(schema, 'hostile.Suspect');
export const Desk = interfaceToken(schema, 'hostile.Desk');

// The kinds of records that can be explained, as the schema has them.

import { useGraphiQL } from '@graphiql/react';
import { isEnumType } from 'graphql';

export function RecordKinds() {
  const type = useGraphiQL(({ schema }) => schema?.getType('RecordKind'));
  const kinds = isEnumType(type) ? type.getValues() : [];
  const first = kinds.some(({ name }) => name === 'INVOICE') ? 'INVOICE' : kinds[0]?.name;
  return (
    <label>
      Kind
      <select defaultValue={first} key={first} name="kind" required>
        {kinds.map(({ name }) => (
          <option key={name} value={name}>
            {words(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** `SERVICE_AGREEMENT` as people say it. */
export function words(name: string): string {
  const text = name.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

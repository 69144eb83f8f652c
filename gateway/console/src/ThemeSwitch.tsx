// Light, dark, or as the system has it.

import { type Theme, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

const ORDER: readonly Theme[] = [null, 'light', 'dark'];
const NAMES = { system: 'as the system', light: 'light', dark: 'dark' };
const SIGNS = { system: '◐', light: '☀', dark: '☾' };

export function ThemeSwitch() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [setTheme, theme]);

  const label = `Theme: ${NAMES[theme ?? 'system']}`;
  return (
    <button
      aria-label={label}
      className="bar-button bar-sign"
      onClick={() => setTheme(ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? null)}
      title={label}
      type="button"
    >
      <span aria-hidden="true">{SIGNS[theme ?? 'system']}</span>
    </button>
  );
}

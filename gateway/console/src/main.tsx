import './nonce';
import './workers';
import '@graphiql/react/style.css';
import 'graphiql/graphiql.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/plugin-explorer/style.css';
import './styles/console.css';
import './styles/bar.css';
import './styles/panels.css';

import { createRoot } from 'react-dom/client';

import { Console } from './Console';
import { keepFor } from './keeping';
import { container, member } from './member';

keepFor(member.email);
createRoot(container).render(<Console />);

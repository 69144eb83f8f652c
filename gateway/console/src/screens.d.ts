declare module 'portal:screens' {
  /** A page of docs/screens. */
  export interface Screen {
    path: string;
    group: 'screen' | 'staff';
    title: string;
    about: string;
    query: string;
    /** JSON, or nothing. */
    variables: string;
  }

  const screens: readonly Screen[];
  export default screens;
}
declare module '*.css';

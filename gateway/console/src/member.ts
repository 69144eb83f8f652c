// The member of staff whose session brought this page, and what the page says of the portal.

const root = document.getElementById('console');
if (!root) throw new Error('This page is not the console.');

const { business = '', email = '', billing = '', until = '' } = root.dataset;

export const member = { email, seesMoney: billing === 'yes', until: new Date(until) };
export const businessName = business;
export const container = root;

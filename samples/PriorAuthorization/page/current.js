// What the page shows now.

export const current = {
  /** Of the selected case; null: none is. */
  id: null,

  /** Its details as they were last heard of; null before that. */
  details: null,

  /** The clock of the cases. */
  time: new Date(),

  /** Looks at once whether something has changed. */
  refresh: async () => {},
};

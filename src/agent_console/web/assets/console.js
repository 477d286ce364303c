// What has to happen in the browser. Session texts are only ever values here, never markup.
"use strict";
window.console_page = {
  /** Remember a theme for a year and draw the page in it. */
  theme(name) {
    document.cookie = `agent_console_theme=${name}; Path=/; Max-Age=31536000; SameSite=Strict`;
    location.reload();
  },
  /** Ask the server for the rows of a grid, block by block. */
  rows(path) {
    return {
      async getRows(wanted) {
        const asked = { start: wanted.startRow, end: wanted.endRow, sort: wanted.sortModel, filter: wanted.filterModel };
        const query = new URLSearchParams(location.search);
        query.set("ask", JSON.stringify(asked));
        try {
          const answer = await fetch(`${path}?${query}`, { headers: { accept: "application/json" } });
          if (!answer.ok) throw new Error(await answer.text());
          const found = await answer.json();
          wanted.successCallback(found.rows, found.count);
        } catch (error) {
          wanted.failCallback();
          Quasar.Notify.create({ type: "negative", message: String(error.message), position: "bottom-right" });
        }
      },
    };
  },
  /** Columns that a narrow grid can do without. */
  fit(grid) {
    const width = grid.clientWidth;
    const room = (column) => (column.getColDef().context || {}).from || 0;
    const columns = grid.api.getColumns() || [];
    grid.api.setColumnsVisible(columns.filter((each) => room(each) > width), false);
    grid.api.setColumnsVisible(columns.filter((each) => room(each) && room(each) <= width), true);
  },
};

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
  /** Tell the server which day or name of a chart was clicked, wherever in its column or row. */
  pick(id, axis) {
    const element = getElement(id);
    const chart = element.chart;
    if (chart.console_picks) return;
    chart.console_picks = true;
    const inside = (event) => chart.containPixel("grid", [event.offsetX, event.offsetY]);
    chart.getZr().on("mousemove", (event) => { if (inside(event)) chart.getZr().setCursorStyle("pointer"); });
    chart.getZr().on("click", (event) => {
      if (!inside(event)) return;
      const at = axis === "y" ? event.offsetY : event.offsetX;
      const number = chart.convertFromPixel({ [`${axis}AxisIndex`]: 0 }, at);
      if (Number.isInteger(number) && number >= 0) element.$emit("pick", number);
    });
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

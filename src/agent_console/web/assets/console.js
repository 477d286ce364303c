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
          document.body.dataset.rows = found.count ? "some" : "none";
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
  /** Show the columns that were chosen, and of the others those that a grid is wide enough for. */
  fit(grid) {
    this.grids[grid.context.name] = grid;
    const chosen = this.chosen(grid.context.name);
    const room = (column) => (column.getColDef().context || {}).from || 0;
    const wanted = (column) => chosen[column.getColId()] ?? room(column) <= grid.clientWidth;
    const columns = (grid.api.getColumns() || []).filter((each) => each.getColDef().headerName);
    grid.api.setColumnsVisible(columns.filter((each) => !wanted(each)), false);
    grid.api.setColumnsVisible(columns.filter(wanted), true);
    for (const column of columns) {
      const box = document.querySelector(`[data-column="${grid.context.name} ${column.getColId()}"]`);
      if (box) box.checked = wanted(column);
    }
  },
  /** Go on behind or before the rows of a grid: arrows go through the cells, Tab leaves them all. */
  leave(backwards) {
    const body = document.activeElement.closest(".ag-body");
    const side = backwards ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    const others = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter(
      (each) => body.compareDocumentPosition(each) & side && !body.contains(each) && each.offsetWidth > 1 &&
        !each.disabled && !each.matches(".ag-disabled, .ag-tab-guard, [tabindex='-1']")
    );
    const next = backwards ? others.at(-1) : others[0];
    if (next) setTimeout(() => next.focus()); // the grid takes it back at once
    return Boolean(next);
  },
  grids: {},
  /** The columns of a grid that were chosen or not wanted, by name. */
  chosen(name) {
    try {
      return (name && JSON.parse(localStorage.getItem(`agent_console_columns_${name}`))) || {};
    } catch (error) {
      return {};
    }
  },
  /** Keep that a column is wanted or not; without one, forget all that was chosen. */
  choose(name, column, wanted) {
    const chosen = column ? { ...this.chosen(name), [column]: wanted } : {};
    localStorage.setItem(`agent_console_columns_${name}`, JSON.stringify(chosen));
    if (this.grids[name]) this.fit(this.grids[name]);
  },
};
/** A menu closes when something else is clicked, or by Escape. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
/** Keys in a chart that has the focus: digits for the names of its legend, + - and arrows for its range. */
document.addEventListener("keydown", (event) => {
  const element = event.target.closest && event.target.closest(".chart.keys");
  const chart = element && getElement(Number(element.id.slice(1)))?.chart;
  if (!chart || event.ctrlKey || event.altKey || event.metaKey) return;
  const { series, dataZoom } = chart.getOption();
  const name = [...new Set(series.map((each) => each.name))][Number(event.key) - 1];
  if (name !== undefined) chart.dispatchAction({ type: "legendToggleSelect", name });
  const { start = 0, end = 100 } = (dataZoom || [])[0] || {};
  const width = end - start;
  const moves = { "+": [0.25, -0.25], "-": [-0.5, 0.5], ArrowLeft: [-0.25, -0.25], ArrowRight: [0.25, 0.25] };
  const move = dataZoom && dataZoom.length && moves[event.key];
  if (move) {
    const wide = Math.min(100, width * (1 + move[1] - move[0]));
    const from = Math.max(0, Math.min(100 - wide, start + width * move[0]));
    chart.dispatchAction({ type: "dataZoom", start: from, end: from + wide });
  }
  if (move || name !== undefined) event.preventDefault();
});
/** Where the pages stand in a line, the one that is open is in sight. */
(function show() {
  const here = document.querySelector("#app .nav [aria-current]");
  if (!here) return void requestAnimationFrame(show);
  const side = here.closest(".side");
  side.scrollLeft = here.getBoundingClientRect().left - side.clientWidth / 2;
})();
// Scripts that draw the page have run by then.
document.addEventListener("DOMContentLoaded", () => document.querySelector(".first-paint")?.remove());

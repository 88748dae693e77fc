"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const small = () => window.innerWidth < 600;

  // the colours of the page, and what all plots have in common
  const axis = (given) => ({
    gridcolor: colour("--grid"), zerolinecolor: colour("--edge"), linecolor: colour("--edge"), automargin: true, exponentformat: "power",
    ...(given.type === "log" ? { nticks: small() ? 4 : 6 } : {}), ...given,
  });
  const dressed = (layout) => {
    const all = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, hovermode: "closest",
      font: { color: colour("--ink"), size: small() ? 12 : 13, family: getComputedStyle(document.body).fontFamily },
      margin: { l: 56, r: 14, t: 26, b: 44 },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 0, yanchor: "bottom", yref: "container" },
      hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--edge"), font: { color: colour("--ink") } },
      ...layout,
    };
    for (const name of Object.keys(all)) {
      if (/^[xy]axis\d*$/.test(name)) all[name] = axis(all[name]);
    }
    if (all.scene) {
      all.margin = { l: 0, r: 0, t: 0, b: 0 };
      for (const name of ["xaxis", "yaxis", "zaxis"]) {
        all.scene[name] = { gridcolor: colour("--edge"), color: colour("--ink"), showbackground: false, ...all.scene[name] };
      }
    }
    return all;
  };
  const draw = (place, drawing) => {
    const { data, layout } = JSON.parse(JSON.stringify(drawing).replaceAll('"@ink"', JSON.stringify(colour("--ink"))));
    const settings = { responsive: true, displaylogo: false, scrollZoom: false, displayModeBar: small() ? false : undefined };
    return Plotly.react(place, data, dressed(layout), settings);
  };

  const drawings = new Map();
  for (const place of document.querySelectorAll(".plot")) {
    drawings.set(place, JSON.parse(document.getElementById(place.dataset.drawing).textContent));
  }
  const all = () => drawings.forEach((drawing, place) => draw(place, drawing));
  all();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);

  // a click on a double well
  const wells = JSON.parse(document.getElementById("wells-data").textContent);
  const rows = [...document.querySelectorAll("tr[data-well]")];
  const show = (row, scroll) => {
    const well = wells[Number(row.dataset.well)];
    for (const [figure, drawing] of [["well", well.well], ["field", well.field]]) {
      const place = document.getElementById(`plot-${figure}-0`);
      if (!place || !drawing) continue;
      drawings.set(place, drawing);
      draw(place, drawing);
      document.getElementById(`words-${figure}-0`).textContent = well.title;
    }
    document.getElementById("export").hidden = false;
    document.getElementById("export-command").textContent = well.command;
    rows.forEach((other) => other.setAttribute("aria-selected", String(other === row)));
    if (scroll) document.getElementById("figure-well").scrollIntoView({ behavior: "smooth" });
  };
  for (const row of rows) {
    row.addEventListener("click", () => show(row, true));
    row.addEventListener("keydown", (event) => { if (event.key === "Enter") show(row, true); });
  }
  if (rows.length) show(rows[0], false);

  // a click on a heading
  for (const heading of document.querySelectorAll(".sortable th")) {
    heading.querySelector("button").addEventListener("click", () => {
      const table = heading.closest("table");
      const column = [...heading.parentNode.children].indexOf(heading);
      const rising = heading.getAttribute("aria-sort") !== "ascending";
      const isText = heading.querySelector("button").hasAttribute("data-text");
      const value = (row) => {
        const cell = row.children[column];
        return isText ? cell.textContent : Number(cell.dataset.value);
      };
      const order = (one, other) => {
        const [a, b] = [value(one), value(other)];
        if (isText) return a.localeCompare(b) * (rising ? 1 : -1);
        // what has no number stays at the end
        if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
        return (a - b) * (rising ? 1 : -1);
      };
      const body = table.tBodies[0];
      [...body.rows].sort(order).forEach((row) => body.append(row));
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    });
  }
})();

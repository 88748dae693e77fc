"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const small = () => window.innerWidth < 600;

  // the ticks of a logarithmic axis over some decades: plain numbers at 1, 2, 5 on few decades, powers of ten on many
  const logarithmicTicks = (decades) => {
    if (decades < 0.7) return { tickformat: "~g", nticks: small() ? 4 : 6 };
    if (decades < (small() ? 1.8 : 2.2)) return { tickformat: "~g", dtick: "D2" };
    return { dtick: Math.ceil(decades / (small() ? 4 : 7)) };
  };
  // how many decades an axis shows: its range, or that of the data
  const decades = (name, given, data, shapes) => {
    if (given.range) return given.range[1] - given.range[0];
    const letter = name[0];
    const numbers = data.flatMap((trace) => trace[letter] ?? []).concat(shapes.map((shape) => shape[`${letter}ref`] === "paper" ? 0 : shape[`${letter}0`]));
    const known = numbers.filter((number) => number > 0).map(Math.log10);
    return known.length ? known.reduce((a, b) => Math.max(a, b)) - known.reduce((a, b) => Math.min(a, b)) : 0;
  };

  // the colours of the page, and what all plots have in common
  const axis = (given, name, data, shapes) => ({
    gridcolor: colour("--grid"), zerolinecolor: colour("--edge"), linecolor: colour("--edge"), automargin: true, exponentformat: "power",
    ...(given.type === "log" ? logarithmicTicks(decades(name, given, data, shapes)) : {}), ...given,
  });
  const dressed = (layout, data) => {
    const all = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, hovermode: "closest",
      font: { color: colour("--ink"), size: small() ? 12 : 13, family: getComputedStyle(document.body).fontFamily },
      margin: { l: 56, r: 14, t: 26, b: 44 },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 0, yanchor: "bottom", yref: "container" },
      hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--edge"), font: { color: colour("--ink") } },
      ...layout,
    };
    for (const name of Object.keys(all)) {
      if (/^[xy]axis\d*$/.test(name)) all[name] = axis(all[name], name, data, all.shapes ?? []);
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
    const { data, layout } = JSON.parse(JSON.stringify(drawing).replace(/"@(ink|blue|vermillion|green|purple|sky|orange)"/g, (_, name) => JSON.stringify(colour(`--${name}`))));
    const settings = { responsive: true, displaylogo: false, scrollZoom: false, displayModeBar: small() ? false : undefined };
    return Plotly.react(place, data, dressed(layout, data), settings);
  };
  // a reader enlarges a part: other ticks
  const enlarged = (place) => {
    const change = {};
    for (const name of ["xaxis", "yaxis"]) {
      const { type, range } = place.layout[name] ?? {};
      if (type !== "log" || !range) continue;
      const { dtick = null, tickformat = "" } = logarithmicTicks(Math.abs(range[1] - range[0]));
      if (place.layout[name].dtick !== (dtick ?? undefined)) Object.assign(change, { [`${name}.dtick`]: dtick, [`${name}.tickformat`]: tickformat });
    }
    if (Object.keys(change).length) Plotly.relayout(place, change);
  };

  const drawings = new Map();
  for (const place of document.querySelectorAll(".plot")) {
    drawings.set(place, JSON.parse(document.getElementById(place.dataset.drawing).textContent));
  }
  const all = () => drawings.forEach((drawing, place) => draw(place, drawing));
  all();
  drawings.forEach((_, place) => place.on("plotly_relayout", (event) => {
    if (Object.keys(event).some((key) => /axis\.(range|autorange)/.test(key))) enlarged(place);
  }));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);

  // a click on a double well
  const wells = JSON.parse(document.getElementById("wells-data").textContent);
  const rows = [...document.querySelectorAll("tr[data-well]")];
  const show = (row, scroll) => {
    const well = wells[Number(row.dataset.well)];
    for (const figure of ["well", "field"]) {
      const [place, drawing] = [document.getElementById(`plot-${figure}-0`), well[figure]];
      if (!place || !drawing) continue;
      drawings.set(place, drawing);
      draw(place, drawing);
      document.getElementById(`words-${figure}-0`).textContent = well[`${figure}_words`];
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

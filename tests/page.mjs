// A page of `glasswell report` as a reader sees it. For tests/page.sh:
//
//     node page.mjs PAGE.html EMPTY_FOLDER
//
// Every fault is printed; the last line counts what was looked at.
import { execSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [file, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
let checks = 0;
const check = (sound, words) => {
  checks += 1;
  if (!sound) faults.push(words);
};

// the validator; without the contents of scripts, which are not its business
const text = readFileSync(file, "utf8").replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, "$1</script>");
const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  // a script element needs no type, and Plotly's has one
  rules: { "script-type": "off" },
});
const { results } = await validator.validateString(text);
for (const message of results.flatMap((result) => result.messages)) {
  faults.push(`HTML, line ${message.line}: ${message.message} (${message.ruleId})`);
}

// relative luminance and contrast of WCAG 2
const luminance = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const rgb = (colour) =>
  colour.startsWith("#") ? [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)) : colour.match(/[\d.]+/g).slice(0, 3).map(Number);

// the colours of lines and symbols in all plots, and of the page
const coloursOfPlots = () => {
  const found = {};
  for (const plot of document.querySelectorAll(".plot")) {
    for (const trace of plot._fullData) {
      for (const colour of [trace.mode?.includes("lines") && trace.line?.color, trace.mode?.includes("markers") && trace.marker?.color]) {
        if (typeof colour === "string" && trace.line?.width !== 0) found[colour] = `${plot.id}, ${trace.name}`;
      }
    }
  }
  return { found, ground: getComputedStyle(document.body).backgroundColor };
};

// the plots have the colours of the page, light or dark
const inked = () => {
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  return [...document.querySelectorAll(".plot")].every((plot) => plot._fullLayout.font.color === ink);
};

const drawn = () => [...document.querySelectorAll(".plot")].every((plot) => plot._fullData && plot.querySelector(".main-svg, canvas"));

// what a reader does, at one width
const clickThrough = async (page, where) => {
  for (const link of await page.locator("nav a").all()) {
    const target = await link.getAttribute("href");
    await link.click();
    check(await page.locator(target).evaluate((part) => part.getBoundingClientRect().top < window.innerHeight), `${where}: the link ${target} leads nowhere`);
  }
  for (const deck of await page.locator("footer details").all()) {
    await deck.locator("summary").click();
    check(await deck.locator("pre").isVisible(), `${where}: a deck does not open`);
  }
  const rows = page.locator("tr[data-well]");
  const shown = () => page.locator("#export-command").textContent();
  const words = () => page.locator("#words-well-0").textContent();
  check((await shown()).includes(`--well ${await rows.first().locator("td").first().textContent()} `), `${where}: the first double well is not shown`);
  const before = await words();
  // the table is a part that scrolls in the page
  const last = rows.last();
  await last.scrollIntoViewIfNeeded();
  await last.click();
  check((await shown()).includes(`--well ${await last.locator("td").first().textContent()} `), `${where}: a click on a row does not show its double well`);
  check((await words()) !== before && (await last.getAttribute("aria-selected")) === "true", `${where}: a click on a row does not change the figure`);
  const command = await shown();
  execSync(`${command} --force`, { cwd: folder });
  const exported = readFileSync(`${folder}/${command.split("--output ")[1]}`, "utf8");
  check(/^\d+\nLattice="/.test(exported), `${where}: ${command} does not write a configuration`);
  await rows.first().press("Enter");
  check((await words()) === before, `${where}: Enter on a row does not show its double well`);
  for (const heading of await page.locator(".sortable th").all()) {
    const values = () =>
      heading.evaluate((th) => [...th.closest("table").tBodies[0].rows].map((row) => row.children[th.cellIndex]).map((cell) => cell.dataset.value ?? cell.textContent));
    for (const way of ["ascending", "descending"]) {
      await heading.locator("button").click();
      const all = (await values()).filter((value) => value !== "NaN");
      const isText = await heading.locator("button").evaluate((button) => button.hasAttribute("data-text"));
      const due = isText ? [...all].sort((a, b) => a.localeCompare(b)) : [...all].sort((a, b) => a - b);
      if (way === "descending") due.reverse();
      check((await heading.getAttribute("aria-sort")) === way && due.join() === all.join(), `${where}: ${await heading.textContent()} is not sorted, ${way}`);
    }
  }
};

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launchPersistentContext(`${folder}/profile`, { executablePath: "/usr/bin/chromium", headless: true, args: flags });
const page = await browser.newPage();
page.on("pageerror", (error) => faults.push(`a script failed: ${error.message}`));
page.on("console", (message) => message.type() === "error" && faults.push(`the console: ${message.text()}`));
page.on("request", (request) => check(/^(file|data|blob):/.test(request.url()), `the page loads ${request.url()}`));

for (const [name, width, height, scheme] of [["laptop", 1280, 800, "light"], ["phone", 390, 844, "dark"]]) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(`file://${file}`);
  await page.waitForFunction(drawn, null, { timeout: 60_000 });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wider <= 0, `${name}: the page is ${wider} pixels wider than the screen`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll(".plot")].filter((plot) => plot.getBoundingClientRect().right > window.innerWidth + 1 || plot.offsetWidth < 250).map((plot) => plot.id));
  check(small.length === 0, `${name}: plots that do not fit: ${small}`);
  for (const other of [scheme, scheme === "light" ? "dark" : "light"]) {
    await page.emulateMedia({ colorScheme: other });
    await page.waitForFunction(inked, null, { timeout: 60_000 });
    const { found, ground } = await page.evaluate(coloursOfPlots);
    check(Object.keys(found).length > 3, `${name}, ${other}: no colours of plots are known`);
    for (const [colour, place] of Object.entries(found)) {
      const ratio = contrast(rgb(colour), rgb(ground));
      check(ratio >= 3, `${name}, ${other}: ${colour} on ${ground} has a contrast of ${ratio.toFixed(1)} only (${place})`);
    }
    await page.evaluate(axe);
    // the texts within plots are those of an image with a label
    const { violations, passes } = await page.evaluate(() => window.axe.run({ exclude: [[".plot"]] }));
    check(passes.some((rule) => rule.id === "color-contrast"), `${name}, ${other}: the contrast of texts was not checked`);
    for (const { id, help, nodes } of violations) {
      faults.push(`${name}, ${other}: ${help} (${id}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" ")}`);
    }
  }
  await clickThrough(page, name);
}
await browser.close();
faults.forEach((fault) => console.error(`page: ${fault}`));
console.log(`page: ${checks} checks of a page in a browser, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

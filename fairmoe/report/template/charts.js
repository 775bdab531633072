"use strict";
for (const holder of document.querySelectorAll("script[data-chart]")) {
  const { data, layout } = JSON.parse(holder.textContent);
  const config = { displayModeBar: false, responsive: true, plotlyServerURL: "", topojsonURL: "" };
  Plotly.newPlot(holder.dataset.chart, data, layout, config);
}
// In the app's preview the page has no address of its own, and a link within it would leave it.
if (location.protocol === "about:") {
  for (const link of document.querySelectorAll("nav a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(link.getAttribute("href")).scrollIntoView();
    });
  }
}
const sheet = 703 / 0.72; // A4 within its margins, in the pixels of a chart that print shrinks.
const resize = (size) => {
  for (const chart of document.querySelectorAll(".chart")) Plotly.relayout(chart, size);
};
addEventListener("beforeprint", () => resize({ autosize: false, width: sheet }));
addEventListener("afterprint", () => resize({ autosize: true, width: null }));

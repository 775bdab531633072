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
const closed = [];
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    closed.push(details);
  }
});
addEventListener("afterprint", () => {
  for (const details of closed.splice(0)) details.open = false;
});

// The language switch keeps the anchor, which is the same in all languages, except for headings.
document.addEventListener("click", event => {
  const link = event.target.closest("a[data-language]");
  if (link && /^#(?:field|error)-/.test(location.hash)) link.hash = location.hash;
});

// Labels of cells, for narrow screens, where the head of a table is hidden.
for (const table of document.querySelectorAll(".md-typeset table:has(.anchor)")) {
  const labels = [...table.querySelectorAll("thead th")].map(cell => cell.textContent);
  for (const row of table.querySelectorAll("tbody tr"))
    [...row.cells].forEach((cell, index) => (cell.dataset.label = labels[index] || ""));
}

// Runs before the page is painted, so that nobody is dazzled by the wrong theme for a moment.
const wished = localStorage.getItem("theme");
if (wished === "light" || wished === "dark") document.documentElement.dataset.theme = wished;

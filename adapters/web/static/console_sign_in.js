// The token stands behind the #, which no server sees: it goes into the form, and out of the address and the history.
const token = location.hash.slice(1), enter = document.getElementById("enter");
if (token) {
  document.getElementById("token").value = token;
  history.replaceState(null, "", location.pathname);
} else if (!document.getElementById("token").value) {
  enter.disabled = true;
  document.getElementById("no-token").hidden = false;
}
enter.focus();

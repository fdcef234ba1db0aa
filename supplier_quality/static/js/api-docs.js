/* Starts the API page; apart from the library, nothing is loaded. */
"use strict";

window.SwaggerUIBundle({
  url: document.getElementById("api-docs").dataset.spec,
  dom_id: "#api-docs",
  deepLinking: true,
  tryItOutEnabled: false,
  syntaxHighlight: false,
  validatorUrl: null,
});

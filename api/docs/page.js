// validatorUrl is null because Swagger UI would otherwise send the document to a server of its makers.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  displayOperationId: false,
  docExpansion: "none",
  validatorUrl: null,
});

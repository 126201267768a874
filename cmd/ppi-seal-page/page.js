// Everything here happens on this machine: files are read by the page, and what comes out is offered as a download.
(async () => {
	const state = document.getElementById("state");
	const show = (to, refused, ...parts) => {
		to.className = refused ? "refused" : "";
		to.replaceChildren(...parts);
	};
	const download = (name, content) => {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
		link.download = name;
		link.textContent = name;
		return link;
	};

	// What each form shows of its result.
	const results = {
		seal: (r, form) => [
			download(form.elements.files.files[0].name + ".sealed", r.file),
			`\nSHA-256 ${r.sha256}\nsize ${r.size}\nheader ${r.header}`,
		],
		price: (r) => [download("price", r)],
		check: (r) => [r.map((e) => `${e.header} is whole: ${e.context.kind} of ${e.context.supplier} in ${e.context.box}`).join("\n")],
		makeKey: (r) => [
			"Keep the key where only you can read it, and keep a copy. Hand in the announcement.\n",
			download("opener-key.json", r.key), "\n", download("announcement.json", r.announcement),
		],
		openers: (r) => [
			`fingerprint ${r.fingerprint}\ndeadline ${r.deadline}\nany ${r.threshold} of these open together:\n` +
			r.openers.map((o) => `${o.person} of ${o.buyer}`).join("\n") +
			(r.canBlock || []).map((b) => `\nWithout the openers of ${b} the box stays closed.`).join(""),
		],
		release: (r) => [download("release.json", r)],
		ask: (r) => [download("request.json", r)],
		give: (r) => [download("handover.json", r)],
	};

	// given gathers the fields of a form: texts, the texts of small files, and the files that are worked on.
	const given = async (form) => {
		const texts = {};
		for (const field of form.elements) {
			if (!field.name || field.name === "files") continue;
			if (field.type !== "file") {
				texts[field.name] = field.value.trim();
				continue;
			}
			const chosen = [...field.files].sort((a, b) => (a.name < b.name ? -1 : 1));
			const read = (await Promise.all(chosen.map((f) => f.text()))).map((t) => t.trim());
			texts[field.name] = field.multiple ? read : read[0];
		}
		return [texts, form.elements.files ? [...form.elements.files.files] : []];
	};

	const submit = (name) => async (event) => {
		event.preventDefault();
		const form = event.target, to = form.querySelector("output"), button = form.querySelector("button");
		button.disabled = true;
		show(to, false, "Please wait.");
		try {
			show(to, false, ...results[name](await globalThis.ppiSeal[name](...(await given(form))), form));
		} catch (error) {
			show(to, true, error.message + (error.accepted ? `\nAccepted: ${error.accepted}` : ""));
		}
		button.disabled = false;
	};

	document.addEventListener("ppi-seal-ready", () => {
		for (const name of Object.keys(results)) {
			document.getElementById(name).querySelector("form").addEventListener("submit", submit(name));
		}
		state.textContent = "The program is ready.";
	});
	try {
		const packed = Uint8Array.from(atob(document.getElementById("program").textContent), (c) => c.charCodeAt(0));
		const program = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
		const go = new globalThis.Go();
		const { instance } = await WebAssembly.instantiate(program, go.importObject);
		go.run(instance);
	} catch (error) {
		state.textContent = "The program cannot start in this browser: " + error.message;
	}
})();

/** HTML by hand: escaping, addresses, and the frame that all pages share. */

const ESCAPES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** The address of a file of the site, from a page that lies `depth` folders deep. */
export function address(file: string, depth: number): string {
  return '../'.repeat(depth) + file.split('/').map(encodeURIComponent).join('/');
}

export interface Frame {
  readonly title: string;
  /** How many folders deep the page lies. */
  readonly depth: number;
  readonly body: string;
  /** Scripts of the site's own; pages with a plugin's HTML have none, and may have none. */
  readonly scripts?: readonly string[];
}

/**
 * A whole page. The policy lets the browser load this site's own style and, where there are any, its own scripts: whatever a plugin may have put into its HTML, nothing of it runs and nothing is
 * loaded from elsewhere. Pages are read from disk too, where an address has no origin, so `file:` is named.
 */
export function framed({ title, depth, body, scripts = [] }: Frame): string {
  const policy = `default-src 'none'; style-src 'self' file:; img-src 'none'; base-uri 'none'; form-action 'none'${scripts.length > 0 ? "; script-src 'self' file:" : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${address('style.css', depth)}">
</head>
<body>
<header class="bar"><a class="home" href="${address('index.html', depth)}">Docs</a> <a href="${address('report.html', depth)}">Report</a></header>
${body}
${scripts.map((script) => `<script src="${address(script, depth)}"></script>`).join('\n')}
</body>
</html>
`;
}

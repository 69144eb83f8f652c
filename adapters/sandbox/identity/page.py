"""The sign-in page: one field, and the people there are."""

from collections.abc import Mapping
from html import escape

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox sign-in</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
  input, button {{ font: inherit; padding: .5rem .75rem }}
  dt {{ margin-top: .75rem }}
  dt button {{ border: 0; padding: 0; background: none; color: #0645ad; cursor: pointer }}
  dd {{ margin: 0; color: #555 }}
</style>
<h1>Sandbox sign-in</h1>
<p>Any email will do; nothing is checked.</p>
<form method="post">
  {hidden}
  <label>Email <input name="email" type="email" required autofocus></label>
  <button>Sign in</button>
</form>
<dl>
{people}
</dl>
</html>
"""  # noqa: E501  # a page reads best as it is sent

PERSON = """<form method="post">{hidden}
<dt><button name="email" value="{email}">{email}</button></dt>
<dd>{shows}</dd></form>"""


def sign_in_page(asked: Mapping[str, str], people: Mapping[str, str]) -> str:
    """Return the page; it carries the authorization request along, escaped."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    listed = "\n".join(
        PERSON.format(hidden=hidden, email=escape(email), shows=escape(shows))
        for email, shows in people.items()
    )
    return PAGE.format(hidden=hidden, people=listed)

"""The web chat: `python app.py`, a gradio page. The only file that imports gradio.

Top to bottom: the page and its events (`build`), the application, the server, the command line. No
conversation is kept here: what a person asked lives in the `gr.State` of their session. Questions
go to `qa/desk.py`; what an answer looks like is in `qa/render.py`; `qa/guard.py` keeps shut what
gradio would open.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import BylineError, LibraryEmpty, LibraryMissing
from qa import render
from qa.desk import Desk, unexpected
from qa.guard import Guard
from qa.render import Exchange
from qa.render_answer import conversation
from qa.render_sources import sources

log = logging.getLogger("byline")

ANY_OUTLET = "Any outlet"
# A conversation longer than this drops its oldest exchanges: the page sends all of it each time.
LONGEST_CONVERSATION = 50
SHUTDOWN_SECONDS = 4


def build(desk: Desk) -> Any:
    """The page as gradio Blocks: two public endpoints, every other event private.

    Private only hides an event: anybody can call it with anything, so each checks what it gets. The
    handlers are nested because gradio, which is imported late, reads their annotations.
    """
    import gradio as gr

    def talk(exchanges: Sequence[Exchange], holdings: Mapping[str, Any]) -> str:
        store, covered = str(desk.store), render.coverage(holdings)
        opening = render.welcome(desk.samples()) if holdings else render.nothing_here(store)
        return conversation(exchanges, opening=opening, covered=covered, store=store)

    def beside(exchanges: Sequence[Exchange], turn: int) -> str:
        if 0 <= turn < len(exchanges) and exchanges[turn].answer:
            return sources(turn, exchanges[turn])
        return sources(-1, None, desk.recent())

    def show_page() -> tuple[Any, ...]:
        """A browser opened the page: nothing asked yet, the library as it is now."""
        holdings = desk.status()
        outlets = gr.Dropdown(choices=[ANY_OUTLET, *desk.outlets()], value=ANY_OUTLET)
        shown = render.masthead(holdings), talk((), holdings), beside((), -1)
        return *shown, (), "", "", outlets

    def answer_question(
        typed: Any, exchanges: Any, start: Any, end: Any, outlet: Any, event: gr.EventData
    ) -> Iterator[tuple[Any, ...]]:
        """Show the question at once, then what came of it; a sample is asked as if typed."""
        chosen = event._data.get("sample") if isinstance(event._data, dict) else None
        offered = desk.samples() if chosen is not None else []
        if isinstance(chosen, int) and 0 <= chosen < len(offered):
            typed = offered[chosen]
        if not isinstance(typed, str) or not typed.strip():
            gr.Info("Type a question first.")
            yield tuple(gr.skip() for _ in range(5))
            return
        holdings = desk.status()
        waiting = (*exchanges, Exchange(typed))
        clear = gr.skip() if chosen is not None else ""
        yield talk(waiting, holdings), gr.skip(), gr.skip(), clear, gr.skip()
        outlet = None if outlet == ANY_OUTLET else outlet
        done = desk.exchange(typed, exchanges, start=start, end=end, outlet=outlet)
        exchanges = (*exchanges, done)[-LONGEST_CONVERSATION:]
        holdings = desk.status()
        yield (
            talk(exchanges, holdings),
            beside(exchanges, len(exchanges) - 1),
            exchanges,
            gr.skip(),
            render.masthead(holdings),
        )

    def look(exchanges: Any, event: gr.EventData) -> str:
        """Open the article of a citation or of an id, or go back to the sources of an answer."""
        wanted = event._data if isinstance(event._data, dict) else {}
        try:
            turn = wanted.get("sources", wanted.get("turn"))
            turn = turn if isinstance(turn, int) else -1
            return desk.look_up(exchanges, wanted, turn) or beside(exchanges, turn)
        except BylineError as error:
            return render.failed(str(error))
        except Exception as error:
            log.exception("An article could not be shown")
            return render.failed(unexpected(error))

    def update() -> Iterator[tuple[Any, ...]]:
        """Sync what the library knows; what the browser sends does not matter."""
        for said in desk.update.run():
            yield render.progress(said), gr.skip(), gr.skip()
        outlets = gr.Dropdown(choices=[ANY_OUTLET, *desk.outlets()])
        yield gr.skip(), render.masthead(desk.status()), outlets

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        start: str | None = None,
        end: str | None = None,
        outlet: str | None = None,
        article: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the articles, every sentence quoted, or refuse."""
        with told():
            scope = {"start": start, "end": end, "outlet": outlet, "article": article}
            return desk.ask(question, history, **scope).to_dict()

    def search(query: str, k: int = 10) -> list[dict[str, Any]]:
        """The passages of the articles that are nearest to a query, best first."""
        with told():
            return desk.search(query, k)

    @contextlib.contextmanager
    def told() -> Iterator[None]:
        """Errors as gradio passes them on: ours as they are, others without what they contain."""
        try:
            yield
        except BylineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            log.exception("A request failed")
            raise gr.Error(unexpected(error), print_exception=False) from error

    panel_js = render.asset("page.js")
    with gr.Blocks(title="Byline", analytics_enabled=False, fill_width=True) as blocks:
        exchanges = gr.State((), time_to_live=86_400)
        top = gr.HTML(render.masthead({}), elem_id="top", apply_default_css=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                chat = gr.HTML(elem_id="chat", apply_default_css=False, js_on_load=panel_js)
                with gr.Row(elem_id="compose"):
                    typed = gr.Textbox(
                        show_label=False,
                        label="Your question",
                        placeholder="Ask your articles …",
                        lines=1,
                        max_lines=4,
                        autofocus=True,
                        container=False,
                        elem_id="question",
                    )
                    send = gr.Button("Ask", variant="primary", elem_id="ask", min_width=80)
                with gr.Row(elem_id="extras"):
                    with gr.Accordion("Dates and outlet", open=False, elem_id="bounds"):
                        with gr.Row():
                            start = gr.Textbox(
                                label="From", placeholder="2024-03-01", max_length=10
                            )
                            end = gr.Textbox(label="To", placeholder="2024-12-31", max_length=10)
                            outlet = gr.Dropdown([ANY_OUTLET], value=ANY_OUTLET, label="Outlet")
                    renew = gr.Button("Update", elem_id="update", size="sm")
                    again = gr.Button("New conversation", elem_id="again", size="sm")
                updated = gr.HTML(elem_id="updated", apply_default_css=False)
                if not desk.encoder:
                    gr.HTML(render.language_note(), elem_id="note", apply_default_css=False)
            with gr.Column(elem_id="beside"):
                side = gr.HTML(elem_id="panel", apply_default_css=False, js_on_load=panel_js)

        private = {"api_visibility": "private", "show_progress": "hidden"}
        opened = [top, chat, side, exchanges, start, end, outlet]
        blocks.load(show_page, None, opened, **private)
        again.click(show_page, None, opened, **private)
        renew.click(update, None, [updated, top, outlet], **private)
        gr.on(
            [typed.submit, send.click, chat.submit],
            answer_question,
            [typed, exchanges, start, end, outlet],
            [chat, side, exchanges, typed, top],
            trigger_mode="once",
            **private,
        )
        gr.on([chat.select, side.select], look, [exchanges], [side], **private)
        gr.api(ask, api_name="ask")
        gr.api(search, api_name="search")
    blocks.queue(max_size=64, default_concurrency_limit=4)
    return blocks


def application(desk: Desk, host: str) -> Any:
    """The page behind its Guard, as an ASGI application."""
    import gradio as gr
    from fastapi import FastAPI

    # Named families only: gradio's default theme would name fonts of another host.
    theme = gr.themes.Base(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        web,
        build(desk),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        blocked_paths=[str(desk.store.resolve())],
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=theme,
        # Not `css=`: gradio prefixes each selector, and those in a @media block into nonsense.
        head=render.head(),
    )
    return Guard(web, host=host)


def serve(desk: Desk, host: str, listening: socket.socket) -> None:
    """Answer browsers until SIGTERM or Ctrl-C, and be gone within SHUTDOWN_SECONDS of it."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            name = f"[{host}]" if ":" in host else host
            sys.stdout.write(f"Byline is ready: http://{name}:{listening.getsockname()[1]}\n")
            sys.stdout.flush()
            threading.Thread(target=desk.warm, daemon=True).start()

        def handle_exit(self, sig: int, frame: Any) -> None:
            # A question that is being answered holds its thread, and would hold up the exit.
            last = threading.Timer(SHUTDOWN_SECONDS, os._exit, (0,))
            last.daemon = True
            last.start()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        application(desk, host),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    # uvicorn hands the signal on to whoever handled it before; nobody has to die of it twice.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page as the command line, the environment and `.env` say, in this order."""
    from dotenv import find_dotenv, load_dotenv

    load_dotenv(find_dotenv(usecwd=True))
    settings = _parser().parse_args(arguments)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    host, port = settings.host, settings.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        return _failed(f"cannot listen on {host}:{port} ({reason}): try another --port or --host")
    encoder, reranker = os.environ.get("BYLINE_ENCODER", ""), settings.reranker
    desk = Desk(Path(settings.store), encoder=encoder, reranker=reranker)
    with listening, contextlib.closing(desk):
        try:
            # A library that is missing or empty can still come: the page says how to fill it.
            with contextlib.suppress(LibraryMissing, LibraryEmpty):
                desk.assistant()
        except BylineError as error:
            return _failed(str(error))
        serve(desk, host, listening)
    return 0


def _failed(message: str) -> int:
    """One line on stderr; the exit status."""
    sys.stderr.write(" ".join(f"error: {message}".split()) + "\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    """The flags, whose defaults are the environment's."""
    parser, environ = argparse.ArgumentParser(description="The web chat of Byline."), os.environ.get
    parser.add_argument("--store", default=environ("BYLINE_STORE") or "storage", metavar="DIR")
    parser.add_argument("--reranker", default=environ("BYLINE_RERANKER", ""), metavar="NAME")
    parser.add_argument("--host", default=environ("GRADIO_SERVER_NAME") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=environ("GRADIO_SERVER_PORT") or 7860)
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The page and its API, in Gradio. Importing this is cheap; `build` imports Gradio, which takes seconds."""

# Not `from __future__ import annotations`: by the types of a function's arguments Gradio knows what to give
# it, and as text it could not find them here

import functools
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from core import paths
from core.errors import LungfieldError
from core.log import logger
from core.progress import Cancelled, NullProgress
from core.web import view
from core.web.desk import Desk, Seen
from core.web.samples import SAMPLES
from core.web.sessions import Sessions
from core.web.uploads import MAX_BYTES, MAX_FILES, MAX_TOGETHER, Upload, Uploads

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Lungfield"
DISCLAIMER = "For research and education. Not a medical device; not for diagnosis."

Sent = Sequence[Mapping[str, Any]] | Mapping[str, Any] | None
Answer = TypeVar("Answer")

#: Events of one group are done one at a time: there is one reader.
_ONE_AT_A_TIME: dict[str, Any] = {"concurrency_id": "reading", "concurrency_limit": 1}
_HIDDEN: dict[str, Any] = {"api_visibility": "private"}


class _PageProgress(NullProgress):
    """Shows on the page how far a reading is, and stops when the session is told to."""

    def __init__(self, bar: "gr.Progress", stop: threading.Event) -> None:
        self._bar = bar
        self._stop = stop

    def report(self, fraction: float, text: str = "") -> None:
        self._bar(fraction, desc=text)

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled


def build(desk: Desk, uploads: Uploads, sessions: Sessions) -> "gr.Blocks":
    """The page, not served yet."""
    import gradio as gr

    def guarded(work: Callable[..., Answer]) -> Callable[..., Answer]:
        """A person's problem as its one line, a bug of ours logged: neither stops the server."""

        @functools.wraps(work)
        def run(*arguments: Any, **named: Any) -> Answer:
            try:
                return work(*arguments, **named)
            except LungfieldError as error:
                raise gr.Error(str(error), print_exception=False, title="Not read") from None
            except Exception:
                logger.exception("the browser demo failed in %s", work.__name__)
                words = "an internal error of Lungfield; its log file says more"
                raise gr.Error(words, print_exception=False, title="Not read") from None

        return run

    def shown(seen: Sequence[Seen], asked: int) -> list[Any]:
        """Values for `results`: the first that could be read is looked at."""
        if not seen:
            return [*looked_at(None), gr.update(visible=False), ""]
        first = next((each for each in seen if each.reading), seen[0])
        rows = gr.update(value=view.table(seen), visible=asked > 1)
        return [*looked_at(first), rows, view.summary(seen, asked)]

    def looked_at(seen: Seen | None) -> list[Any]:
        """Values for `look`."""
        if seen is None:
            return [view.WELCOME, "", gr.update(visible=False)]
        return [view.reading_card(seen, desk.opened), view.picture(seen), gr.update(visible=bool(seen.scan))]

    def read(files: Sequence[Upload], request: gr.Request, bar: gr.Progress) -> list[Any]:
        session = sessions.of(request.session_hash)
        session.begin()
        seen = desk.read(files, _PageProgress(bar, session.stop))
        if not session.is_over:
            session.seen = seen
        return shown(seen, len(files))

    @guarded
    def read_uploads(sent: Sent, request: gr.Request, bar: gr.Progress = gr.Progress()) -> list[Any]:  # noqa: B008
        return read(uploads.take(as_list(sent)), request, bar)

    @guarded
    def read_api(files: Sent, evidence: bool) -> list[dict[str, object]]:
        """Read scans. Give files; get a list with an object a file, in the columns of results.csv. With
        `evidence` each has the heatmap (log-odds) and a picture (a data: address of a PNG) too."""
        taken = uploads.take(as_list(files))
        if not taken:
            raise LungfieldError("there is no scan in what you sent", "send one file or several")
        return desk.answers(taken, NullProgress(), bool(evidence))

    def sample_reader(number: int) -> Callable[..., list[Any]]:
        @guarded
        def read_sample(request: gr.Request, bar: gr.Progress = gr.Progress()) -> list[Any]:  # noqa: B008
            return read([SAMPLES[number].upload()], request, bar)

        return read_sample

    @guarded
    def choose(event: gr.SelectData, request: gr.Request) -> list[Any]:
        seen = sessions.of(request.session_hash).seen
        number = int(event.row_value[0])
        return looked_at(seen[number - 1] if 0 < number <= len(seen) else None)

    def stop(request: gr.Request) -> None:
        sessions.of(request.session_hash).stop.set()

    def end(request: gr.Request) -> None:
        sessions.end(request.session_hash)

    with gr.Blocks(title=TITLE, analytics_enabled=False) as page:
        gr.HTML(_heading(desk), elem_id="lf-head")
        with gr.Row(elem_id="lf-body"):
            with gr.Column(scale=3, min_width=260, elem_id="lf-ask"):
                gr.HTML("<h3>Chest X-rays to read</h3>")
                files = gr.File(
                    label="Chest X-rays to read",
                    show_label=False,
                    file_count="multiple",
                    height=132,
                    elem_id="lf-files",
                )
                gr.HTML(
                    f"<p>DICOM, JPEG, PNG, TIFF, BMP or WebP; up to {MAX_FILES} files at once, "
                    f"{MAX_BYTES >> 20} MB each and {MAX_TOGETHER >> 20} MB together.</p>",
                    elem_classes="lf-small",
                )
                stopper = gr.Button("Stop", visible=False, elem_id="lf-stop")
                gr.HTML("<h3>Or a drawn scan to try</h3>")
                with gr.Row(elem_id="lf-samples"):
                    samples = [
                        gr.Button(each.title, elem_id=f"lf-sample-{number}", min_width=72)
                        for number, each in enumerate(SAMPLES)
                    ]
                gr.HTML(
                    "<p>They are drawings. What a model says of them shows how this page works, and "
                    "nothing of its skill.</p>",
                    elem_classes="lf-small",
                )
            with gr.Column(scale=8, min_width=320, elem_id="lf-results"):
                summary = gr.HTML("", elem_id="lf-summary")
                table = gr.Dataframe(
                    headers=list(view.HEADERS),
                    datatype=["number", "str", "str", "str", "str"],
                    interactive=False,
                    visible=False,
                    max_height=260,
                    show_label=False,
                    wrap=True,
                    buttons=[],
                    column_widths=["6%", "26%", "18%", "16%", "34%"],
                    elem_id="lf-table",
                )
                with gr.Row(elem_id="lf-look"):
                    with gr.Column(scale=5, min_width=300, elem_id="lf-picture-column"):
                        picture = gr.HTML("", elem_id="lf-picture")
                        slider = gr.HTML(view.slider(), visible=False, elem_id="lf-slider")
                    with gr.Column(scale=4, min_width=280, elem_id="lf-reading-column"):
                        reading = gr.HTML(view.WELCOME, elem_id="lf-reading")
        look = [reading, picture, slider]
        results = [*look, table, summary]

        # Without preprocessing, which would copy files and fetch addresses: `Uploads.take` looks at what came
        asked = files.upload(lambda: gr.update(visible=True), None, stopper, queue=False, **_HIDDEN)
        done = asked.then(
            read_uploads,
            files,
            results,
            preprocess=False,
            show_progress_on=reading,
            **_ONE_AT_A_TIME,
            **_HIDDEN,
        )
        # They are gone from the disk: the box is empty again
        done.then(lambda: (None, gr.update(visible=False)), None, [files, stopper], queue=False, **_HIDDEN)
        for number, button in enumerate(samples):
            button.click(
                sample_reader(number), None, results, show_progress_on=reading, **_ONE_AT_A_TIME, **_HIDDEN
            )
        table.select(choose, None, look, show_progress="hidden", **_HIDDEN)
        stopper.click(stop, None, None, queue=False, **_HIDDEN)
        page.unload(end)
        _add_api(gr, read_api)
    for block in page.blocks.values():
        _take_uploads_only(block, uploads)
    _keep_uploads_apart()
    return page


@functools.cache
def _keep_uploads_apart() -> None:
    """Gradio lays an upload in a folder named by its content: the same scan from two people would be one
    file, and gone for the second once the first was read. So chance goes into that name too."""
    from gradio import route_utils

    begin = route_utils.GradioUploadFile.__init__

    def begin_apart(upload: Any, *arguments: Any, **named: Any) -> None:
        begin(upload, *arguments, **named)
        upload.sha.update(secrets.token_bytes())

    route_utils.GradioUploadFile.__init__ = begin_apart


def _take_uploads_only(block: Any, uploads: Uploads) -> None:
    """Before a function is asked, Gradio copies every file that a request names, and fetches every address.

    Its own check of paths is for pages that it launches itself, and it lets addresses pass. So this stands in
    its place, for every part of the page.
    """
    import gradio as gr

    def taken(place: object) -> str:
        try:
            uploads.check(str(place))
        except LungfieldError as error:
            raise gr.Error(str(error), print_exception=False, title="Not read") from None
        return str(place)

    async def taken_later(place: object) -> str:
        return taken(place)

    block.move_resource_to_block_cache = taken
    block.async_move_resource_to_block_cache = taken_later


def _add_api(gr: Any, read_api: Callable[..., object]) -> None:
    """What programs ask for, in parts that nobody sees."""
    sent = gr.File(file_count="multiple", visible=False, label="files")
    evidence = gr.Checkbox(value=False, visible=False, label="evidence")
    answers = gr.JSON(visible=False, label="readings")
    asking = gr.Button(visible=False)
    asking.click(read_api, [sent, evidence], answers, preprocess=False, api_name="read", **_ONE_AT_A_TIME)


def as_list(sent: Sent) -> Sequence[Mapping[str, Any]]:
    """What a file component sends: nothing, one file or several."""
    if not sent:
        return []
    return [sent] if isinstance(sent, Mapping) else sent


def dress() -> dict[str, Any]:
    """Theme and styles, as Gradio takes them. The letters are the system's: no font is fetched."""
    import gradio as gr

    thumbnails = "\n".join(
        f'#lf-sample-{number}::before {{ background-image: url("{each.thumbnail()}"); }}'
        for number, each in enumerate(SAMPLES)
    )
    style = (paths.resources() / "web" / "style.css").read_text("utf-8")
    return {
        "theme": gr.themes.Default(
            primary_hue="sky",
            neutral_hue="slate",
            font=["system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"],
            font_mono=["ui-monospace", "Consolas", "Menlo", "monospace"],
            # Gradio's own is too pale to read on white
        ).set(body_text_color_subdued="*neutral_600"),
        "css": f"{style}\n{thumbnails}",
    }


def _heading(desk: Desk) -> str:
    name = desk.opened.reader.checkpoint.name
    return (
        f"<header><h1>{TITLE}</h1><p>reads chest X-rays on this computer, with {escape(name)}</p>"
        f'<p class="lf-disclaimer" role="note">{DISCLAIMER}</p></header>'
    )

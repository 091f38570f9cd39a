"""Recognition of utility prompts of chat programs, and the replies to them."""

from __future__ import annotations

import json

import pytest

from ragapp.api.openai.requests import read_request
from ragapp.api.openai.schemas import ChatRequest, Message, Role, Typed
from ragapp.api.openai.utility_prompts import Kind, read_utility_prompt
from ragapp.errors import UsageError

CHAT = (
    "<chat_history>\nUSER: When was the harbour built, and which title has its tags?\n"
    "ASSISTANT: In 1862.\n</chat_history>"
)


def task(instructions: str, output: str, rest: str = f"### Chat History:\n{CHAT}") -> str:
    """In the outline of Open WebUI's prompts."""
    return f"### Task:\n{instructions}\n### Guidelines:\n- Be brief.\n### Output:\n{output}\n{rest}"


def request_of(*messages: tuple[Role, str], response_format: Typed | None = None) -> ChatRequest:
    made = tuple(Message(role, text) for role, text in messages)
    return ChatRequest("ragapp/default", made, response_format=response_format)


JSON_PROMPTS: dict[Kind, str] = {
    "title": task("Name the chat.", 'JSON format: { "title": "your title here" }'),
    "tags": task("Categorize the chat.", 'JSON format: { "tags": ["tag1", "tag2"] }'),
    "follow_ups": task("Predict what comes next.", 'JSON format: { "follow_ups": ["One?", "Two?"] }'),
    "queries": task("Decide what to search for.", 'Return:\n{\n  "queries": ["query1"]\n}'),
    "prompt": task("Describe an image.", '{\n    "prompt": "Your description."\n}'),
    "text": task(
        "You are an autocompletion system.",
        '{ "text": "<your_completion>" }',
        f"{CHAT}\n<type>search query</type>\n<text>When was the harbour</text>\n#### Output:",
    ),
    "operations": "Decide whether long-term memory should change.\nReturn only JSON:\n"
    '{"operations":[{"action":"add"}]}\nConversation:\nuser: I live in Bremen.',
    "tool_calls": 'Available Tools: []\nThe format is strictly:\n{\n  "tool_calls": [\n ]}\nQuery: …',
}


@pytest.mark.parametrize("kind", JSON_PROMPTS)
def test_json_prompts_get_a_json_default(kind: Kind) -> None:
    prompt = read_utility_prompt(request_of(("user", JSON_PROMPTS[kind])))
    assert prompt is not None
    assert (prompt.kind, prompt.as_json) == (kind, True)
    for written in (None, "", "I cannot do that.", '{"other": 1}', "{broken", json.dumps({kind: 7})):
        value = json.loads(prompt.reply(written))
        assert value.keys() == {kind}
        assert value[kind] in ([], "", "When was the harbour built, and which title has")


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("title", 'Sure! {"title": "Harbour *history*"} ', {"title": "Harbour *history*"}),
        ("tags", '```json\n{"tags": ["Harbours", 3, "![x](http://e)"]}\n```', {"tags": ["Harbours"]}),
        ("queries", '{"queries": ["harbour 1862"]}', {"queries": ["harbour 1862"]}),
    ],
)
def test_json_is_extracted_from_generated_text(kind: Kind, written: str, said: object) -> None:
    prompt = read_utility_prompt(request_of(("user", JSON_PROMPTS[kind])))
    assert prompt is not None
    assert json.loads(prompt.reply(written)) == said


WORDS = "concise, 5-word-or-less title for the conversation"
CONTEXT = '### Task:\nUse the provided context.\n<context>\n<source id="1">x</source>\n</context>\n'
SEARCHED = "A semantic search was executed …\n<context>\n<file>x</file>\n</context>\nUse it."

TEXT_PROMPTS: list[tuple[Kind, str, str]] = [
    ("title", "", f"Provide a {WORDS}.\n\nConversation:\nUser: {CHAT}"),
    ("title", "You are helpful.", f"Please generate a {WORDS}"),
    ("title", "Write a concise title for this conversation.\nUser: Why?", "Language: English"),
    ("title", "", f"Create a concise, 3-5 word phrase as a title for the chat history.\n{CHAT}"),
    ("title", "", "Create a 3-5 word phrase as a header for the following query, and avoid the word: Why?"),
    ("title", "", "Generate a four to five word title summarizing our conversation without any lead-in."),
    ("title", "You summarize the user's conversation into a title of 10 words or less.", "user: Why?"),
    ("title", "", "Summarize the following conversation in at most 5 words for use as a chat name: Why?"),
    ("title", "You name chats. Reply only with a title.", "When was the harbour built?"),
    ("text", "", "### Task:\nYou are an autocompletion system. Go on in `<text>`.\n<text>When was</text>"),
    ("emoji", "", "Reflect the speaker's likely facial expression through an emoji.\nMessage: ```Hi```"),
    ("language", "Detect the language used in the following text.", "Wann?"),
    ("summary", "", "Go on by integrating new lines into the current summary.\nNew lines:\nHuman: Why?"),
    ("operations", "Use the `set_memory` tool to save what matters.", "I live in Bremen."),
    ("merge", "", 'Here are responses from various models to the latest user query: "Why?"'),
    ("context", "", f"{CONTEXT}Who pays?"),
    ("context", SEARCHED, "Who pays?"),
]


@pytest.mark.parametrize(("kind", "system", "user"), TEXT_PROMPTS)
def test_text_prompts_get_a_text_default(kind: Kind, system: str, user: str) -> None:
    prompt = read_utility_prompt(request_of(("system", system), ("user", user)))
    assert prompt is not None
    assert (prompt.kind, prompt.as_json) == (kind, False)
    assert not prompt.reply(None).startswith("{")
    assert prompt.reply("Said <img src=x>") == "Said"


def test_a_title_with_a_json_schema_is_json() -> None:
    asked = "Analyze this conversation and provide:\n1. A concise title\n\nUser: When was it built?"
    prompt = read_utility_prompt(request_of(("user", asked), response_format=Typed("json_schema")))
    assert prompt is not None
    assert json.loads(prompt.reply(None)) == {"title": "When was it built"}


@pytest.mark.parametrize(
    "question",
    [
        "When was the harbour built?",
        "What is the title of the conversation in chapter 3?",
        "Which tags does the <context> element have?",
        'What does {"title": "x"} mean in the manual?',
        "Suggest follow-ups to the inspection.",
        "Which search queries does the appendix list?",
        "What does the manual say about facial expressions?",
        "### Task:\nSummarize the report on the harbour.",
        "Does the design keep a long-term memory?",
        "What languages are detected?",
        "Does the film's output contain only the title?",
        "Write the title and the year of the conversation piece by Hogarth.",
        "Summarize the conversation between Ada and Tom.",
        "Summarize the report in 50 words.",
    ],
)
def test_questions_are_not_utility_prompts(question: str) -> None:
    assert read_utility_prompt(request_of(("user", question))) is None
    assert read_utility_prompt(request_of(("system", "You are helpful."), ("user", question))) is None


def test_questions_with_json_format_are_refused() -> None:
    request = request_of(("user", "When was it built?"), response_format=Typed("json_object"))
    assert read_utility_prompt(request) is None
    with pytest.raises(UsageError):
        read_request(request)

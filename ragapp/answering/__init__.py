"""Answering: from search hits to an answer with citations.

In order: `rewriting` makes a follow-up stand alone; `passages` prepares the hits; `extractive` answers in
the documents' own words, with the steps of `reading` for English and with `sentence_ranking` and
`answerability` for other languages; `library` answers questions about the documents themselves;
`generation` has a model write a draft; `draft_check` attributes and checks the draft with `attribution`
and `groundedness`; `statements` numbers the citations. `answerer` runs these steps; each can be called by
itself.
"""

"""Kinds of text that the fields of the knowledge files hold."""

from typing import Annotated

from pydantic import StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
PatternText = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z]+$", max_length=60)]

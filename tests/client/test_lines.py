from agent_console.client.lines import LineBuffer


def test_lines_come_out_whole_wherever_they_are_cut() -> None:
    stream = b'{"a":1}\n\n{"b":"\xc3\xa4"}\n'

    for cut in range(len(stream) + 1):
        lines = LineBuffer()
        assert lines.feed(stream[:cut]) + lines.feed(stream[cut:]) == [
            b'{"a":1}',
            b"",
            b'{"b":"\xc3\xa4"}',
        ]


def test_a_line_that_is_not_complete_does_not_come_out() -> None:
    lines = LineBuffer()

    assert lines.feed(b"abc") == []
    assert lines.feed(b"def") == []
    assert lines.feed(b"\nrest") == [b"abcdef"]
    assert lines.feed(b"\n") == [b"rest"]

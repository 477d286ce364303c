from agent_console.protocol.codec import decode_server_line


def test_a_notification_that_only_a_newer_client_would_know_is_passed_over() -> None:
    line = b'{"event":"fanfare","seq":1,"epoch":"e","data":{"anything":[1]}}'

    assert decode_server_line(line) is None

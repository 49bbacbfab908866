"""The sentences for what a check of a computer found; a part of ``apps.sentences``."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


READINESS_SENTENCES: dict[str, str] = {
    "check_ready": N_("Ready: you can follow the session and speak."),
    "check_limited": N_("You can follow the session, with limits."),
    "check_not_ready": N_("Not ready: sound and picture of the session would not reach you."),
    "check_path_udp": N_("The connection to this server is direct, as it should be."),
    "check_path_tcp": N_(
        "Your network lets no UDP through, so the session comes over TCP: it works, but may stutter. Ask whoever runs your network to allow UDP to this server."
    ),
    "check_path_none": N_(
        "No way for sound and picture was found, neither UDP nor TCP. Try another network, such as your phone’s, or ask whoever runs yours to allow connections to this server."
    ),
    "check_uplink_good": N_("Your line is fast enough for voice and camera."),
    "check_uplink_voice": N_("Your line is fast enough for your voice, but a camera would be blurred or freeze."),
    "check_uplink_poor": N_("Your line is too slow even for your voice. You can listen and write."),
    "check_delay": N_("Sound takes long on your line: let others finish before you speak."),
    "check_microphone_works": N_("Your microphone works."),
    "check_microphone_silent": N_(
        "Your microphone is silent. Check whether it is muted, or choose another in the browser."
    ),
    "check_microphone_refused": N_(
        "The browser does not allow the microphone. Press the sign beside the address, allow it, and check again."
    ),
    "check_microphone_missing": N_("No microphone was found. You can listen and write, but not speak."),
    "check_microphone_failed": N_("The microphone could not be started. Another program may be using it."),
    "check_microphone_skipped": N_("The microphone was not tried."),
    "check_camera_works": N_("Your camera works."),
    "check_camera_silent": N_("Your camera shows nothing. It is not needed to speak."),
    "check_camera_refused": N_("The browser does not allow the camera. It is not needed to speak."),
    "check_camera_missing": N_("No camera was found. It is not needed to speak."),
    "check_camera_failed": N_("The camera could not be started. It is not needed to speak."),
    "check_camera_skipped": N_("The camera was not tried. It is not needed to speak."),
}

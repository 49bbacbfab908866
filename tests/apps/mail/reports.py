"""Delivery status notifications as mail servers write them (made up for these tests)."""

from __future__ import annotations

FAILED = """\
Return-Path: <>
Delivered-To: returns+KEY@sala.example
From: MAILER-DAEMON@mx.firma.example (Mail Delivery System)
To: returns+KEY@sala.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

This is a MIME-encapsulated message.

--B1
Content-Type: text/plain; charset=us-ascii

I am sorry to say that your message could not be delivered.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.firma.example
Arrival-Date: Mon, 4 May 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; ion@firma.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.firma.example
Diagnostic-Code: smtp; 550 5.1.1 <ion@firma.example>: Recipient address
    rejected: unknown

--B1
Content-Type: message/rfc822

Return-Path: <returns+KEY@sala.example>
From: Sala <sala@sala.example>
To: ion@firma.example
Message-ID: <ml_0123456789abcdef01234567@sala.example>
Subject: x

text
--B1--
"""

HEADERS_ONLY = """\
From: postmaster@outlook.firma.example
To: sala@sala.example
Subject: Undeliverable: Invitation
MIME-Version: 1.0
Content-Type: multipart/report; report-type="delivery-status"; boundary=B2

--B2
Content-Type: text/html; charset=utf-8

<p>Your message couldn't be delivered.</p>
--B2
Content-Type: message/delivery-status

Reporting-MTA: dns;outlook.firma.example

Final-recipient: RFC822;ion@firma.example
action: Failed
Status: 5.7.26

--B2
Content-Type: text/rfc822-headers

From: Sala <sala@sala.example>
Message-ID: <ml_0123456789abcdef01234567@sala.example>

--B2--
"""

DELAYED = FAILED.replace("Action: failed", "Action: delayed").replace("Status: 5.1.1", "Status: 4.4.1")
DELIVERED = FAILED.replace("Action: failed", "Action: delivered").replace("Status: 5.1.1", "Status: 2.0.0")
HOLIDAY = """\
From: ion@firma.example
To: returns+00112233445566ff@sala.example
Subject: Out of office
Auto-Submitted: auto-replied
Content-Type: text/plain

I am away. Action: failed
"""

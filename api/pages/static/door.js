// Only adds: every page works without this file. Nothing is kept beyond the page; nothing is sent that a form would not send.
"use strict";

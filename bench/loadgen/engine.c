/* sfuload engine: one pinned thread that (a) paces RTP from publishers (real SRTP), (b) drains subscriber sockets
 * with recvmmsg and counts RTP by cleartext header (seq/SSRC), without decrypting except on "verify" peers,
 * (c) answers/sends ICE binding requests (consent), (d) sends SRTCP RR / SR once a second.
 * ICE connectivity + DTLS handshake happen in Python (loadgen.py), which then hands over connected UDP sockets. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <openssl/hmac.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <srtp2/srtp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define MAXPEER 4096
#define MAXSSRC 24
#define VLEN 64
#define SNAP 320          /* bytes kept per packet on non-verify peers (enough for STUN) */
#define FULL 2048

typedef struct { uint32_t ssrc; uint8_t pt; uint16_t last; uint32_t cycles; uint64_t first, maxs, cnt, reord; } ssrc_t;
typedef struct { uint8_t kind, pt, midid; char mid[4]; uint32_t ssrc, ts, ts_inc; uint16_t seq; int size;
  int ppf, in_frame, key; uint64_t frames, sent, bytes; double interval_ns, next_ns; uint32_t pictureid; } stream_t; /* kind 0 audio 1 video */
typedef struct {
  int used, fd, id, controlling, verify, rr, is_pub;
  char lufrag[64], lpwd[256], rufrag[64], rpwd[256];
  uint64_t tiebreak;
  srtp_t tx, rx;
  uint32_t own_ssrc;
  ssrc_t s[MAXSSRC]; int ns; int lastidx;
  stream_t st[4]; int nst;
  double next_consent, next_rr;
  uint64_t rtp_pkts, rtp_bytes, rtcp, stun_req, stun_resp, dtls, other, unprot_ok, unprot_fail, bad_payload, pli, nack, send_err;
  double last_resp;
} peer_t;

typedef struct { uint64_t rtp_pkts, rtp_bytes, audio_pkts, video_pkts, expected, reord, rtcp, stun_req, stun_resp, dtls, other,
  unprot_ok, unprot_fail, bad_payload, pub_sent, pub_bytes, pli, nack, send_err, late_sends, lat_n, stale_consent, min_peer_pkts, max_peer_pkts, drain_calls, recv_calls, kdrops;
  double t_mono, thread_cpu; } stats_t;

static peer_t *P[MAXPEER]; static int np;
static int ep = -1; static volatile int stop_, publish_; static pthread_t th; static int drain_us = 5000; static int burst_;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static uint32_t *lat; static uint64_t lat_cap = 1u << 23, lat_n; static uint64_t late_sends, drain_calls, recv_calls;
static clockid_t thclk; static int key_int = 90;

static double now_ns(void){ struct timespec t; clock_gettime(CLOCK_MONOTONIC,&t); return t.tv_sec*1e9+t.tv_nsec; }
static uint64_t real_ns(void){ struct timespec t; clock_gettime(CLOCK_REALTIME,&t); return (uint64_t)t.tv_sec*1000000000ull+t.tv_nsec; }
static void p16(uint8_t*b,uint16_t v){b[0]=v>>8;b[1]=v;} static void p32(uint8_t*b,uint32_t v){b[0]=v>>24;b[1]=v>>16;b[2]=v>>8;b[3]=v;}
static uint32_t g32(const uint8_t*b){return (uint32_t)b[0]<<24|b[1]<<16|b[2]<<8|b[3];} static uint16_t g16(const uint8_t*b){return b[0]<<8|b[1];}

static int stun_finish(uint8_t*b,int len,const char*key){ /* add MESSAGE-INTEGRITY + FINGERPRINT */
  p16(b+2,len-20+24); unsigned ol=20; uint8_t mac[20];
  HMAC(EVP_sha1(),key,strlen(key),b,len,mac,&ol); p16(b+len,8); p16(b+len+2,20); memcpy(b+len+4,mac,20); len+=24;
  p16(b+2,len-20+8); uint32_t c=crc32(0,b,len)^0x5354554e; p16(b+len,0x8028); p16(b+len+2,4); p32(b+len+4,c); return len+8; }
static void stun_respond(peer_t*p,const uint8_t*req,const struct sockaddr_in*from){
  uint8_t b[256]; p16(b,0x0101); memcpy(b+4,req+4,16); int l=20;
  p16(b+l,0x0020);p16(b+l+2,8);b[l+4]=0;b[l+5]=1;p16(b+l+6,ntohs(from->sin_port)^0x2112);p32(b+l+8,ntohl(from->sin_addr.s_addr)^0x2112A442);l+=12;
  l=stun_finish(b,l,p->lpwd); if(send(p->fd,b,l,MSG_DONTWAIT)<0)p->send_err++; }
static void stun_request(peer_t*p){
  uint8_t b[512]; memset(b,0,sizeof b); p16(b,1); p32(b+4,0x2112A442); for(int i=0;i<12;i++)b[8+i]=rand();
  int l=20; char u[140]; int ul=snprintf(u,sizeof u,"%s:%s",p->rufrag,p->lufrag);
  p16(b+l,6);p16(b+l+2,ul);memcpy(b+l+4,u,ul);l+=4+((ul+3)&~3);
  p16(b+l,0x24);p16(b+l+2,4);p32(b+l+4,1845501695u);l+=8;
  p16(b+l,p->controlling?0x802a:0x8029);p16(b+l+2,8);p32(b+l+4,p->tiebreak>>32);p32(b+l+8,(uint32_t)p->tiebreak);l+=12;
  if(p->controlling){p16(b+l,0x25);p16(b+l+2,0);l+=4;}
  l=stun_finish(b,l,p->rpwd); if(send(p->fd,b,l,MSG_DONTWAIT)<0)p->send_err++; }

static int mkpol(srtp_policy_t*pol,int profile,uint8_t*key,int type){
  memset(pol,0,sizeof *pol);
  srtp_profile_t pr = profile==7?srtp_profile_aead_aes_128_gcm: profile==8?srtp_profile_aead_aes_256_gcm: srtp_profile_aes128_cm_sha1_80;
  if(srtp_crypto_policy_set_from_profile_for_rtp(&pol->rtp,pr))return -1;
  if(srtp_crypto_policy_set_from_profile_for_rtcp(&pol->rtcp,pr))return -1;
  pol->ssrc.type=type; pol->key=key; pol->window_size=2048; pol->allow_repeat_tx=1; return 0; }

int eng_add(int fd,int controlling,uint64_t tb,const char*lu,const char*lp,const char*ru,const char*rp,int profile,const uint8_t*txk,const uint8_t*rxk,int verify,int rr){
  peer_t*p=calloc(1,sizeof *p); p->fd=fd;p->controlling=controlling;p->tiebreak=tb;p->verify=verify;p->rr=rr;
  snprintf(p->lufrag,64,"%s",lu);snprintf(p->lpwd,256,"%s",lp);snprintf(p->rufrag,64,"%s",ru);snprintf(p->rpwd,256,"%s",rp);
  srtp_policy_t pol; uint8_t k1[64],k2[64]; memcpy(k1,txk,46);memcpy(k2,rxk,46);
  if(mkpol(&pol,profile,k1,ssrc_any_outbound)||srtp_create(&p->tx,&pol))return -1;
  if(mkpol(&pol,profile,k2,ssrc_any_inbound)||srtp_create(&p->rx,&pol))return -2;
  int one=1; if(verify)setsockopt(fd,SOL_SOCKET,SO_TIMESTAMPNS,&one,sizeof one);
  pthread_mutex_lock(&mu); p->id=np; p->own_ssrc=0x10000000u+np; p->next_consent=now_ns()+1e9+(np%250)*1e7; p->next_rr=now_ns()+1e9+(np%100)*1e7; p->last_resp=now_ns();
  P[np]=p; p->used=1; np++; struct epoll_event e={.events=EPOLLIN|EPOLLET,.data.ptr=p}; epoll_ctl(ep,EPOLL_CTL_ADD,fd,&e); pthread_mutex_unlock(&mu);
  return p->id; }
int eng_add_stream(int id,int kind,int pt,uint32_t ssrc,double pps,int size,int ppf,int midid,const char*mid){
  pthread_mutex_lock(&mu); peer_t*p=P[id]; stream_t*s=&p->st[p->nst++]; memset(s,0,sizeof *s); s->kind=kind;s->pt=pt;s->ssrc=ssrc;s->size=size;s->ppf=ppf<1?1:ppf;
  s->interval_ns=1e9/pps; s->seq=1000; s->ts=12345; s->ts_inc=kind?90000/(pps/s->ppf):960; s->key=1; s->midid=midid; snprintf(s->mid,4,"%s",mid?mid:""); p->is_pub=1; pthread_mutex_unlock(&mu); return 0; }

static void send_stream(peer_t*p,stream_t*s){
  uint8_t b[FULL]; int start=s->in_frame==0, end=s->in_frame==s->ppf-1; int hl=12;
  b[0]=0x80; b[1]=s->pt|((s->kind?end:0)?0x80:0); p16(b+2,s->seq++); p32(b+4,s->ts); p32(b+8,s->ssrc);
  if(s->midid){ int ml=strlen(s->mid); b[0]|=0x10; p16(b+12,0xBEDE); p16(b+14,2); memset(b+16,0,8); b[16]=s->midid<<4|(ml-1); memcpy(b+17,s->mid,ml>3?3:ml);
    if(!s->kind){ b[17+ml]=1<<4; b[18+ml]=0x80|30; } hl=24; } /* mid, and on sound its level (RFC 6464), as browsers send them */
  int len=s->size; if(len<hl+40)len=hl+40; memset(b+hl,0x5a,len-hl); int o=hl;
  if(s->kind){ int key=s->key; if(start && (s->frames%key_int)==0){s->key=key=1;}
    b[o]=0x80|(start?0x10:0); b[o+1]=0x80; b[o+2]=0x80|((s->pictureid>>8)&0x7f); b[o+3]=s->pictureid; o+=4;
    if(start){ b[o]=key?0x10:0x11; b[o+1]=0;b[o+2]=0; if(key){b[o+3]=0x9d;b[o+4]=1;b[o+5]=0x2a;p16(b+o+6,0x8002);p16(b+o+8,0xe001);} } }
  memcpy(b+len-16,"SFUL",4); p32(b+len-12,s->sent); uint64_t t=real_ns(); memcpy(b+len-8,&t,8);
  int l=len; if(srtp_protect(p->tx,b,&l)==0){ if(send(p->fd,b,l,MSG_DONTWAIT)<0)p->send_err++; }
  s->sent++; s->bytes+=l;
  if(s->kind){ if(end){s->in_frame=0;s->ts+=s->ts_inc;s->frames++;s->pictureid=(s->pictureid+1)&0x7fff;s->key=0;} else s->in_frame++; } else s->ts+=s->ts_inc; }

static void send_sr(peer_t*p){ uint64_t t=real_ns(); for(int i=0;i<p->nst;i++){ uint8_t b[256]; stream_t*s=&p->st[i]; b[0]=0x80;b[1]=200;p16(b+2,6);p32(b+4,s->ssrc);
  p32(b+8,(uint32_t)(t/1000000000ull+2208988800ull));p32(b+12,(uint32_t)((double)(t%1000000000ull)*4.294967296));p32(b+16,s->ts);p32(b+20,s->sent);p32(b+24,s->bytes); int l=28;
  b[l]=0x81;b[l+1]=202;p16(b+l+2,3);p32(b+l+4,s->ssrc);b[l+8]=1;b[l+9]=4;memcpy(b+l+10,"load",4);b[l+14]=0;b[l+15]=0;l+=16;
  if(srtp_protect_rtcp(p->tx,b,&l)==0&&send(p->fd,b,l,MSG_DONTWAIT)<0)p->send_err++; } }
static void send_rr(peer_t*p){ uint8_t b[1500]; int n=p->ns>8?8:p->ns; b[0]=0x80|n;b[1]=201;p16(b+2,1+6*n);p32(b+4,p->own_ssrc);int l=8;
  for(int i=0;i<n;i++){memset(b+l,0,24);p32(b+l,p->s[i].ssrc);uint64_t ex=p->s[i].maxs-p->s[i].first+1;uint32_t lost=ex>p->s[i].cnt?ex-p->s[i].cnt:0;p32(b+l+4,lost&0xffffff);p32(b+l+8,(uint32_t)p->s[i].maxs);l+=24;}
  b[l]=0x81;b[l+1]=202;p16(b+l+2,3);p32(b+l+4,p->own_ssrc);b[l+8]=1;b[l+9]=4;memcpy(b+l+10,"load",4);b[l+14]=0;b[l+15]=0;l+=16;
  if(srtp_protect_rtcp(p->tx,b,&l)==0&&send(p->fd,b,l,MSG_DONTWAIT)<0)p->send_err++; }

static inline void on_rtp(peer_t*p,const uint8_t*b,int len){
  uint32_t ss=g32(b+8); uint16_t sq=g16(b+2); int i=p->lastidx; if(!(i<p->ns&&p->s[i].ssrc==ss)){for(i=0;i<p->ns;i++)if(p->s[i].ssrc==ss)break; if(i==p->ns){if(i>=MAXSSRC){p->other++;return;}p->ns++;memset(&p->s[i],0,sizeof(ssrc_t));p->s[i].ssrc=ss;p->s[i].pt=b[1]&0x7f;p->s[i].last=sq;p->s[i].first=p->s[i].maxs=65536+sq;p->s[i].cnt=0;} p->lastidx=i;}
  ssrc_t*s=&p->s[i]; int16_t d=(int16_t)(sq-(uint16_t)s->maxs); if(d>0)s->maxs+=d; else if(d<0)s->reord++; s->cnt++; p->rtp_pkts++; p->rtp_bytes+=len; }

static struct mmsghdr mm[VLEN]; static struct iovec iv[VLEN]; static uint8_t *bufs; static struct sockaddr_in from[VLEN]; static uint8_t ctl[VLEN][64];
static void drain_peer(peer_t*p){
  for(;;){
    for(int i=0;i<VLEN;i++){iv[i].iov_base=bufs+i*FULL;iv[i].iov_len=(p->verify||p->is_pub)?FULL:SNAP;struct msghdr*h=&mm[i].msg_hdr;memset(h,0,sizeof *h);h->msg_iov=&iv[i];h->msg_iovlen=1;
      if(p->verify){h->msg_control=ctl[i];h->msg_controllen=64;}}
    int n=recvmmsg(p->fd,mm,VLEN,MSG_DONTWAIT|MSG_TRUNC,NULL); recv_calls++; if(n<=0)return;
    for(int i=0;i<n;i++){ uint8_t*b=bufs+i*FULL; int len=mm[i].msg_len; if(len<2)continue;
      if(b[0]>=128&&b[0]<=191){ if(b[1]>=192&&b[1]<=223){ p->rtcp++; if(p->is_pub||p->verify){int l=len; if(len<=FULL&&srtp_unprotect_rtcp(p->rx,b,&l)==0){int o=0; while(o+8<=l){int pt=b[o+1],fmt=b[o]&31,bl=(g16(b+o+2)+1)*4; if(pt==206&&(fmt==1||fmt==4)){p->pli++;for(int k=0;k<p->nst;k++)if(p->st[k].kind&&p->st[k].in_frame==0)p->st[k].key=1;} if(pt==205&&fmt==1)p->nack++; o+=bl;}}} }
        else if(len>=12){ on_rtp(p,b,len); if(p->verify){ int l=len; if(len<=FULL&&srtp_unprotect(p->rx,b,&l)==srtp_err_status_ok){p->unprot_ok++; if(l>28&&!memcmp(b+l-16,"SFUL",4)){uint64_t t;memcpy(&t,b+l-8,8);
            struct timespec kt; uint64_t r=0; for(struct cmsghdr*c=CMSG_FIRSTHDR(&mm[i].msg_hdr);c;c=CMSG_NXTHDR(&mm[i].msg_hdr,c))if(c->cmsg_level==SOL_SOCKET&&c->cmsg_type==SCM_TIMESTAMPNS){memcpy(&kt,CMSG_DATA(c),sizeof kt);r=(uint64_t)kt.tv_sec*1000000000ull+kt.tv_nsec;}
            if(r&&lat_n<lat_cap){int64_t dd=(int64_t)(r-t)/1000;lat[lat_n++]=dd<0?0:(uint32_t)dd;}} else p->bad_payload++; } else p->unprot_fail++; } } }
      else if(b[0]<4){ if(len>=20&&len<=FULL){uint16_t t=g16(b); if(t==1){p->stun_req++; struct sockaddr_in me; socklen_t sl=sizeof me; getpeername(p->fd,(struct sockaddr*)&me,&sl); stun_respond(p,b,&me);} else if(t==0x0101){p->stun_resp++;p->last_resp=now_ns();} else p->other++;} }
      else if(b[0]>=20&&b[0]<=63)p->dtls++; else p->other++; }
    if(n<VLEN)return; } }

static void*loop(void*a){ (void)a; prctl(PR_SET_TIMERSLACK,1000); struct epoll_event ev[512]; double last_drain=0,last_per=0; int was=0; pthread_getcpuclockid(pthread_self(),&thclk);
  while(!stop_){ double t=now_ns(),next=last_drain+drain_us*1e3;
    pthread_mutex_lock(&mu);
    if(publish_){ for(int i=0;i<np;i++){peer_t*p=P[i]; if(!p->is_pub)continue; for(int k=0;k<p->nst;k++){stream_t*s=&p->st[k]; 
        if(!was||s->next_ns==0)s->next_ns=t+s->interval_ns*((i*7+k*3)%16)/16.0;
        while(s->next_ns<=t){ if(t-s->next_ns>5e6)late_sends++; if(s->kind&&burst_){for(int j=0;j<s->ppf;j++)send_stream(p,s);s->next_ns+=s->interval_ns*s->ppf;} else {send_stream(p,s);s->next_ns+=s->interval_ns;} }
        if(s->next_ns<next)next=s->next_ns; }} was=1; }
    if(t-last_drain>=drain_us*1e3){ int n; drain_calls++; do{ n=epoll_wait(ep,ev,512,0); for(int i=0;i<n;i++)drain_peer(ev[i].data.ptr);}while(n==512); last_drain=t; }
    if(t-last_per>2e7){ last_per=t; for(int i=0;i<np;i++){peer_t*p=P[i]; if(t>=p->next_consent){stun_request(p);p->next_consent=t+2.5e9;} if(t>=p->next_rr){p->next_rr=t+1e9; if(p->is_pub){if(publish_)send_sr(p);}else if(p->rr&&p->ns)send_rr(p);} } }
    pthread_mutex_unlock(&mu);
    t=now_ns(); if(next>last_drain+drain_us*1e3)next=last_drain+drain_us*1e3; if(next>t){struct timespec ts={(time_t)(next/1e9),(long)fmod(next,1e9)};clock_nanosleep(CLOCK_MONOTONIC,TIMER_ABSTIME,&ts,NULL);} }
  return 0; }

int eng_start(int drain,int burst){ srtp_init(); ep=epoll_create1(0); bufs=malloc(VLEN*FULL); lat=malloc(lat_cap*4); drain_us=drain; burst_=burst; return pthread_create(&th,0,loop,0); }
void eng_publish(int on){publish_=on;} void eng_stop(void){stop_=1;pthread_join(th,0);}
void eng_stats(stats_t*o){ pthread_mutex_lock(&mu); memset(o,0,sizeof *o); o->t_mono=now_ns()/1e9; o->min_peer_pkts=~0ull; double t=now_ns();
  for(int i=0;i<np;i++){peer_t*p=P[i]; o->stun_req+=p->stun_req;o->stun_resp+=p->stun_resp;o->rtcp+=p->rtcp;o->dtls+=p->dtls;o->other+=p->other;o->unprot_ok+=p->unprot_ok;o->unprot_fail+=p->unprot_fail;o->bad_payload+=p->bad_payload;o->send_err+=p->send_err;
    if(t-p->last_resp>8e9)o->stale_consent++; if(p->is_pub){o->pli+=p->pli;o->nack+=p->nack;}
    for(int k=0;k<p->nst;k++){o->pub_sent+=p->st[k].sent;o->pub_bytes+=p->st[k].bytes;}
    if(!p->is_pub){ o->rtp_pkts+=p->rtp_pkts;o->rtp_bytes+=p->rtp_bytes; if(p->rtp_pkts<o->min_peer_pkts)o->min_peer_pkts=p->rtp_pkts; if(p->rtp_pkts>o->max_peer_pkts)o->max_peer_pkts=p->rtp_pkts;
      for(int k=0;k<p->ns;k++){o->expected+=p->s[k].maxs-p->s[k].first+1;o->reord+=p->s[k].reord;} } }
  o->late_sends=late_sends;o->lat_n=lat_n;o->drain_calls=drain_calls;o->recv_calls=recv_calls; struct timespec ct; if(!clock_gettime(thclk,&ct))o->thread_cpu=ct.tv_sec+ct.tv_nsec/1e9; pthread_mutex_unlock(&mu); }
uint64_t eng_lat(uint32_t*out,uint64_t from_,uint64_t max){ pthread_mutex_lock(&mu); uint64_t n=lat_n>from_?lat_n-from_:0; if(n>max)n=max; memcpy(out,lat+from_,n*4); pthread_mutex_unlock(&mu); return n; }
